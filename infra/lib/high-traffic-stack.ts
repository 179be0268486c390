import { CfnOutput, Duration, RemovalPolicy, SecretValue } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import * as secrets from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

import { Alarms } from './alarms';
import { BaseStack } from './base-stack';
import { Database } from './database';
import { watch } from './high-traffic/alarms';
import { Backups } from './high-traffic/backups';
import { Balancers } from './high-traffic/balancers';
import { Networks } from './high-traffic/networks';
import { Services } from './high-traffic/services';
import { Sessions, SESSIONS_PORT } from './high-traffic/sessions';
import { StorageKey } from './key';
import { PORT, variables } from './program';
import { because } from './reasons';
import type { HighTraffic } from './settings';

/** Where the image has the certificates of RDS. */
const CERTIFICATES = '/etc/rds.pem';

/** How many requests a minute a server is given before there is another one. Not measured on Fargate. */
const REQUESTS_A_MINUTE = 30_000;

/** For many requests: servers and workers in three zones, and a database with a second instance to fail over to. */
export class HighTrafficStack extends BaseStack {
  protected readonly zone: route53.IHostedZone;
  protected readonly balancers: Balancers;

  /** `names` are further ones by which the API is reached, and `told` what the program is told beside the rest. */
  constructor(
    scope: Construct,
    id: string,
    settings: HighTraffic,
    names: string[] = [],
    told: Record<string, string> = {},
  ) {
    super(scope, id, settings, 'orders: servers and workers in three zones');
    const { key } = new StorageKey(this, 'Key', settings.copyBackupsTo?.split(':')[4]);
    const networks = new Networks(this, 'Networks');
    const database = this.database(networks.storage, key, settings.databaseClass);
    const sessions = new Sessions(this, 'Sessions', networks.storage, key);
    new Backups(this, 'Backups', database.cluster, key, settings.copyBackupsTo);

    const services = new Services(this, 'Services', {
      vpc: networks.servers,
      settings,
      environment: variables(settings, {
        HOST: '0.0.0.0',
        PORT: String(PORT),
        BEHIND_PROXY: 'true',
        // Longer than the balancer keeps a connection that rests.
        KEEP_ALIVE_SECONDS: '75',
        // Not on the API's port, where anybody comes.
        METRICS_ADDR: '0.0.0.0:9100',
        ...told,
      }),
      secrets: this.secrets(settings, key, database, sessions),
      key,
    });
    for (const service of [services.api, services.worker]) {
      const [from] = service.connections.securityGroups;
      const [to] = database.cluster.connections.securityGroups;
      networks.allow(to!, 5432, from!);
      networks.allow(sessions.access, SESSIONS_PORT, from!);
      // A task that starts before it can reach storage ends, and enough of them roll the deployment back.
      service.node.addDependency(networks, database.cluster, sessions.group);
    }

    this.zone = route53.HostedZone.fromHostedZoneAttributes(this, 'Zone', {
      hostedZoneId: settings.zone.id,
      zoneName: settings.zone.name,
    });
    const certificate = new acm.Certificate(this, 'Certificate', {
      domainName: settings.domain,
      subjectAlternativeNames: names,
      validation: acm.CertificateValidation.fromDns(this.zone),
    });
    const { innerPrincipals } = settings;
    this.balancers = new Balancers(this, 'Balancers', {
      vpc: networks.servers,
      certificate,
      service: services.api,
      innerPrincipals,
    });
    new route53.ARecord(this, 'Name', {
      zone: this.zone,
      recordName: settings.domain,
      target: route53.RecordTarget.fromAlias(new LoadBalancerTarget(this.balancers.outer)),
    });

    const scaling = services.api.autoScaleTaskCount({
      minCapacity: settings.minServers,
      maxCapacity: settings.maxServers,
    });
    scaling.scaleOnRequestCount('Requests', {
      requestsPerTarget: REQUESTS_A_MINUTE,
      targetGroup: this.balancers.servers,
    });
    scaling.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 60 });

    const alarms = new Alarms(this, 'Alarms', settings.alarmEmail, key);
    watch(alarms, { services, balancers: this.balancers, database: database.cluster, sessions: sessions.group });
    new CfnOutput(this, 'InnerEndpoint', {
      value: this.balancers.endpoint.vpcEndpointServiceName,
      description: 'the name of the service for interface endpoints of other networks',
    });
  }

  /** The reader is there to fail over to: the program cannot tell how far one of Aurora has come, so it reads none. */
  private database(vpc: ec2.IVpc, key: kms.IKey, instanceClass: string): Database {
    const instanceType = new ec2.InstanceType(instanceClass);
    return new Database(this, 'Database', {
      vpc,
      key,
      writer: rds.ClusterInstance.provisioned('Writer', { instanceType }),
      readers: [rds.ClusterInstance.provisioned('Reader', { instanceType, promotionTier: 0 })],
      keptDays: Duration.days(35).toDays(),
    });
  }

  /** What ECS hands to the program: a whole URL each, since that is what the program reads. */
  private secrets(
    settings: HighTraffic,
    key: kms.IKey,
    database: Database,
    sessions: Sessions,
  ): Record<string, ecs.Secret> {
    const url = (id: string, description: string, text: string): ecs.Secret => {
      const secret = new secrets.Secret(this, id, {
        description: `orders: ${description}`,
        encryptionKey: key,
        secretStringValue: SecretValue.unsafePlainText(text),
        removalPolicy: RemovalPolicy.DESTROY,
      });
      because(secret, 'SMG4', 'it is made of a password by a deployment, and so is a new one');
      return ecs.Secret.fromSecretsManager(secret);
    };
    const own = secrets.Secret.fromSecretCompleteArn(this, 'OwnSecrets', settings.secretsArn);
    return {
      DATABASE_URL: url('DatabaseUrl', 'where the database is', database.url(CERTIFICATES)),
      SESSION_CACHE_URL: url('SessionsUrl', 'where the cache of sessions is', sessions.url()),
      SECRETS_KEY: ecs.Secret.fromSecretsManager(own, 'SECRETS_KEY'),
      ...(settings.sendsMail ? { SMTP_URL: ecs.Secret.fromSecretsManager(own, 'SMTP_URL') } : {}),
    };
  }
}
