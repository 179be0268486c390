import { CfnOutput, Duration, SecretValue } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as rds from 'aws-cdk-lib/aws-rds';
import type { Construct } from 'constructs';

import { Alarms, OVER_FIVE_MINUTES } from './alarms';
import { BaseStack } from './base-stack';
import { Database } from './database';
import { StorageKey } from './key';
import { ApiFunction, type FunctionProps, WorkerFunction } from './low-cost/functions';
import { Gateway } from './low-cost/gateway';
import { Network } from './low-cost/network';
import { checkedPackage } from './low-cost/package';
import { Wake } from './low-cost/wake';
import { variables } from './program';
import type { LowCost } from './settings';

/** After how long without a connection the database is paused, and costs nothing but its storage. */
const PAUSED_AFTER = Duration.minutes(5);

/** After how long without a word a connection is closed: a function that rests keeps its own open. */
const IDLE_AFTER = Duration.minutes(5);

/** Where Lambda puts the package. */
const PACKAGE = '/var/task';

/** Costs little while nobody orders: functions, and a database that pauses. */
export class LowCostStack extends BaseStack {
  constructor(scope: Construct, id: string, settings: LowCost) {
    super(scope, id, settings, 'orders: functions, and a database that pauses');
    const { key } = new StorageKey(this, 'Key');
    const network = new Network(this, 'Network', settings.natGateway);
    const database = new Database(this, 'Database', {
      vpc: network.vpc,
      key,
      writer: rds.ClusterInstance.serverlessV2('Writer'),
      capacity: { least: 0, most: settings.maxCapacity, pausedAfter: PAUSED_AFTER },
      keptDays: 7,
      parameters: { idle_session_timeout: String(IDLE_AFTER.toMilliseconds()) },
    });

    const props: FunctionProps = {
      network,
      key,
      code: lambda.Code.fromAsset(checkedPackage(settings.package, settings.jwksInPackage)),
      environment: told(settings, database),
    };
    const api = new ApiFunction(this, 'Api', props, settings.adapterLayer, settings.concurrency);
    const worker = new WorkerFunction(this, 'Worker', props);
    for (const { access } of [api, worker]) {
      database.cluster.connections.allowDefaultPortFrom(access, 'the program');
    }
    const hasPages = 'CORS_ORIGINS' in settings.program;
    const gateway = new Gateway(this, 'Gateway', api.function, settings.tokens, hasPages);
    const wake = new Wake(this, 'Wake', gateway.log, worker.function, settings.sweepHours);

    this.alarms(new Alarms(this, 'Alarms', settings.alarmEmail, key), gateway, api, wake);
    new CfnOutput(this, 'Url', { value: gateway.api.apiEndpoint, description: 'where the API is' });
  }

  private alarms(alarms: Alarms, gateway: Gateway, api: ApiFunction, wake: Wake): void {
    alarms.add('DeadMessages', {
      metric: wake.dead.metricApproximateNumberOfMessagesVisible(OVER_FIVE_MINUTES),
      description: 'the worker has failed five times in a row: its log says why',
    });
    alarms.add('OldMessages', {
      metric: wake.queue.metricApproximateAgeOfOldestMessage(OVER_FIVE_MINUTES),
      description: 'the worker has not come to what happened half an hour ago',
      from: Duration.minutes(30).toSeconds(),
    });
    alarms.add('ServerErrors', {
      metric: gateway.api.metricServerError({ ...OVER_FIVE_MINUTES, statistic: cloudwatch.Stats.SUM }),
      description: 'requests are answered with 5xx',
      from: 5,
    });
    alarms.add('Throttles', {
      metric: api.function.metricThrottles(OVER_FIVE_MINUTES),
      description: 'more requests come at once than the function may serve',
      from: 5,
    });
  }
}

/** What both functions are told: they take the same settings, as all processes of one database do. */
function told(settings: LowCost, database: Database): Record<string, string> {
  const own = (field: string): string =>
    SecretValue.secretsManager(settings.secretsArn, { jsonField: field }).unsafeUnwrap();
  const open = variables(settings, {
    NO_DOCS: 'true',
    // An instance has one request at a time.
    DATABASE_POOL_SIZE: '1',
    DATABASE_WRITERS: '1',
    // The database that pauses takes about 15 s to wake.
    DATABASE_CONNECT_TIMEOUT_MS: '25000',
    DATABASE_STATEMENT_TIMEOUT_MS: '5000',
    ...(settings.jwksInPackage ? { JWT_JWKS_FILE: `${PACKAGE}/jwks.json` } : {}),
  });
  return {
    ...open,
    DATABASE_URL: database.url(`${PACKAGE}/rds.pem`),
    SECRETS_KEY: own('SECRETS_KEY'),
    ...(settings.sendsMail ? { SMTP_URL: own('SMTP_URL') } : {}),
  };
}
