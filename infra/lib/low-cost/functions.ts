import { Duration, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

import { because } from '../reasons';
import type { Network } from './network';

/** What the two functions have in common: the package, the network, and what the program is told. */
export interface FunctionProps {
  readonly network: Network;
  readonly key: kms.IKey;
  readonly code: lambda.Code;
  readonly environment: Record<string, string>;
}

/** How a function of the program differs from the other one. */
interface Kind {
  /** What `bootstrap` does. */
  readonly handler: 'serve' | 'work';
  readonly timeout: Duration;
  readonly memoryMegabytes: number;
  readonly concurrency?: number;
  readonly layers?: lambda.ILayerVersion[];
}

/** The program as a function: arm64, on Amazon Linux 2023. */
class ProgramFunction extends Construct {
  readonly function: lambda.Function;
  readonly access: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, props: FunctionProps, kind: Kind) {
    super(scope, id);
    const { vpc, functions } = props.network;
    const log = new logs.LogGroup(this, 'Log', { retention: logs.RetentionDays.ONE_MONTH });
    this.access = new ec2.SecurityGroup(this, 'Access', { vpc, allowAllOutbound: true, allowAllIpv6Outbound: true });
    this.function = new lambda.Function(this, 'Function', {
      runtime: lambda.Runtime.PROVIDED_AL2023,
      architecture: lambda.Architecture.ARM_64,
      code: props.code,
      handler: kind.handler,
      timeout: kind.timeout,
      memorySize: kind.memoryMegabytes,
      ...(kind.concurrency === undefined ? {} : { reservedConcurrentExecutions: kind.concurrency }),
      layers: kind.layers ?? [],
      role: this.role(log, props.key),
      logGroup: log,
      vpc,
      vpcSubnets: functions,
      ipv6AllowedForDualStack: true,
      securityGroups: [this.access],
      environment: props.environment,
      environmentEncryption: props.key,
    });
  }

  /** May write its log, be in the network and read what it is told, and nothing else. */
  private role(log: logs.ILogGroup, key: kms.IKey): iam.Role {
    const role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [log.logGroupArn],
      }),
    );
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: [
          'ec2:AssignPrivateIpAddresses',
          'ec2:CreateNetworkInterface',
          'ec2:DeleteNetworkInterface',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
          'ec2:UnassignPrivateIpAddresses',
        ],
        resources: ['*'],
      }),
    );
    because(role, 'IAM5[Resource::*]', 'the interfaces that Lambda makes in the network have no names beforehand');
    key.grantDecrypt(role);
    return role;
  }
}

/** Serves requests, behind the Lambda Web Adapter. */
export class ApiFunction extends ProgramFunction {
  constructor(scope: Construct, id: string, props: FunctionProps, adapterLayer: number, concurrency: number) {
    const layer = `arn:aws:lambda:${Stack.of(scope).region}:753240598075:layer:LambdaAdapterLayerArm64:${adapterLayer}`;
    const environment = {
      ...props.environment,
      // Nothing runs after the answer, so nothing is begun that would have to.
      ROLE: 'api',
      HOST: '127.0.0.1',
      PORT: '3000',
      // Nobody scrapes one instance of many, and nobody else is to read it.
      METRICS_ADDR: '127.0.0.1:9100',
      AWS_LWA_PORT: '3000',
      // Does not ask the database. The program listens once it has connected, which takes as long as waking it does:
      // longer than a function may take to begin.
      AWS_LWA_READINESS_CHECK_PATH: '/health/live',
      AWS_LWA_ASYNC_INIT: 'true',
    };
    super(scope, id, { ...props, environment }, {
      handler: 'serve',
      // The gateway waits for 30 s.
      timeout: Duration.seconds(29),
      memoryMegabytes: 512,
      concurrency,
      layers: [lambda.LayerVersion.fromLayerVersionArn(scope, `${id}Adapter`, layer)],
    });
  }
}

/** Works off what happened, each time that it is woken: `orders worker --once`. It has no adapter and no URL. */
export class WorkerFunction extends ProgramFunction {
  /** How long a run may take; what is not done then is done by the next one. */
  static readonly TIMEOUT = Duration.minutes(5);

  constructor(scope: Construct, id: string, props: FunctionProps) {
    super(scope, id, props, { handler: 'work', timeout: WorkerFunction.TIMEOUT, memoryMegabytes: 256 });
  }
}
