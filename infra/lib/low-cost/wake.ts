import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as logs from 'aws-cdk-lib/aws-logs';
import { LambdaDestination } from 'aws-cdk-lib/aws-logs-destinations';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from '../root';
import { WorkerFunction } from './functions';

/** A change that was made, as the gateway's log has it. */
const CHANGED =
  '{ ($.method = "POST" || $.method = "PUT" || $.method = "PATCH" || $.method = "DELETE") && $.status = "2*" }';

/** All messages are of one group, so the worker runs once at a time: what comes meanwhile is a run of its own. */
const GROUP = 'orders';

/**
 * Wakes the worker when something has changed, and each few hours. The queue is not that of the program's events
 * (`QUEUE_URL`): a message says no more than that it is time to look.
 */
export class Wake extends Construct {
  readonly queue: sqs.Queue;
  readonly dead: sqs.Queue;

  constructor(scope: Construct, id: string, changes: logs.ILogGroup, worker: lambda.Function, sweepHours: number) {
    super(scope, id);
    this.dead = new sqs.Queue(this, 'Dead', {
      fifo: true,
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.queue = new sqs.Queue(this, 'Queue', {
      fifo: true,
      contentBasedDeduplication: true,
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // After a run that failed nobody is woken for so long, so it is little more than a run may take.
      visibilityTimeout: WorkerFunction.TIMEOUT.plus(Duration.seconds(30)),
      retentionPeriod: Duration.days(14),
      deadLetterQueue: { queue: this.dead, maxReceiveCount: 5 },
    });
    worker.addEventSource(new SqsEventSource(this.queue, { batchSize: 10 }));

    new logs.SubscriptionFilter(this, 'Changes', {
      logGroup: changes,
      filterPattern: logs.FilterPattern.literal(CHANGED),
      destination: new LambdaDestination(this.waker()),
    });
    if (sweepHours > 0) {
      new events.Rule(this, 'Sweep', {
        description: 'what is due later, and what did not go through the gateway',
        schedule: events.Schedule.rate(Duration.hours(sweepHours)),
        targets: [new targets.SqsQueue(this.queue, { messageGroupId: GROUP })],
      });
    }
  }

  /** What the log is sent to: outside the network, since all that it does is to send a message. */
  private waker(): lambda.Function {
    const log = new logs.LogGroup(this, 'WakerLog', { retention: logs.RetentionDays.ONE_MONTH });
    const role = new iam.Role(this, 'WakerRole', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [log.logGroupArn],
      }),
    );
    role.addToPolicy(new iam.PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.queue.queueArn] }));
    return new lambda.Function(this, 'Waker', {
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromInline(readFileSync(join(ROOT, 'lambda', 'wake.js'), 'utf8')),
      handler: 'index.handler',
      timeout: Duration.seconds(10),
      role,
      logGroup: log,
      environment: { WAKE_QUEUE: this.queue.queueUrl },
    });
  }
}
