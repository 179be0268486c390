import { Duration } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

import { PORT } from '../program';
import { because } from '../reasons';
import type { HighTraffic } from '../settings';

/** What both services have in common. */
export interface ServicesProps {
  readonly vpc: ec2.IVpc;
  readonly settings: HighTraffic;
  readonly environment: Record<string, string>;
  readonly secrets: Record<string, ecs.Secret>;
  /** With what those are encrypted that the stack has made. */
  readonly key: kms.IKey;
}

/** The program on Fargate: servers, and workers that do what happens afterwards. */
export class Services extends Construct {
  readonly api: ecs.FargateService;
  readonly worker: ecs.FargateService;

  constructor(scope: Construct, id: string, props: ServicesProps) {
    super(scope, id);
    const cluster = new ecs.Cluster(this, 'Cluster', {
      vpc: props.vpc,
      containerInsightsV2: ecs.ContainerInsights.ENABLED,
    });
    this.api = service(this, 'Api', cluster, props, { role: 'api', cpu: 1024, memoryMib: 2048 });
    this.worker = service(this, 'Worker', cluster, props, {
      role: 'worker',
      tasks: props.settings.workers,
      cpu: 256,
      memoryMib: 512,
    });
  }
}

interface Kind {
  readonly role: 'api' | 'worker';
  /** How many there are; none said is a matter of scaling, which a deployment is not to change. */
  readonly tasks?: number;
  readonly cpu: number;
  readonly memoryMib: number;
}

function service(
  scope: Construct,
  id: string,
  cluster: ecs.ICluster,
  props: ServicesProps,
  kind: Kind,
): ecs.FargateService {
  const { vpc, settings } = props;
  const task = new ecs.FargateTaskDefinition(scope, `${id}Task`, {
    cpu: kind.cpu,
    memoryLimitMiB: kind.memoryMib,
    runtimePlatform: {
      cpuArchitecture: ecs.CpuArchitecture.ARM64,
      operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
    },
  });
  const log = new logs.LogGroup(scope, `${id}Log`, { retention: logs.RetentionDays.ONE_MONTH });
  const images = ecr.Repository.fromRepositoryName(scope, `${id}Images`, settings.image.repository);
  const container = task.addContainer('orders', {
    image: ecs.ContainerImage.fromEcrRepository(images, settings.image.tag),
    command: ['serve'],
    environment: { ...props.environment, ROLE: kind.role },
    secrets: props.secrets,
    logging: ecs.LogDrivers.awsLogs({ logGroup: log, streamPrefix: kind.role }),
    portMappings: [{ containerPort: PORT }],
    user: '65532',
    readonlyRootFilesystem: true,
    // More than the 7 s for requests and what is waited for after them.
    stopTimeout: Duration.seconds(30),
  });
  container.addUlimits({ name: ecs.UlimitName.NOFILE, softLimit: 32768, hardLimit: 32768 });
  because(task, 'ECS2', 'the settings are no secrets; those that are come from Secrets Manager');
  props.key.grantDecrypt(task.obtainExecutionRole());
  because(task.obtainExecutionRole(), 'IAM5[Resource::*]', 'a token for the registry of images is of no repository');

  const made = new ecs.FargateService(scope, id, {
    cluster,
    taskDefinition: task,
    ...(kind.tasks === undefined ? {} : { desiredCount: kind.tasks }),
    minHealthyPercent: 100,
    maxHealthyPercent: 200,
    circuitBreaker: { enable: true, rollback: true },
    vpcSubnets: { subnetGroupName: 'servers' },
    securityGroups: [new ec2.SecurityGroup(scope, `${id}Access`, { vpc, allowAllOutbound: true })],
    enableExecuteCommand: false,
  });
  // A task can start once it may read its secrets.
  made.node.addDependency(task.obtainExecutionRole());
  return made;
}
