import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as secrets from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

import { DATABASE, databaseUrl } from './program';
import { because } from './reasons';

/** In what two databases differ. */
export interface DatabaseProps {
  readonly vpc: ec2.IVpc;
  readonly key: kms.IKey;
  readonly writer: rds.IClusterInstance;
  readonly readers?: rds.IClusterInstance[];
  /** From how little to how much a serverless one grows; 0 is paused after a while without a connection. */
  readonly capacity?: { readonly least: number; readonly most: number; readonly pausedAfter: Duration };
  /** For how many days it can be put back to any second. */
  readonly keptDays: number;
  /** Parameters of PostgreSQL, beside TLS for all. */
  readonly parameters?: Record<string, string>;
}

/** Aurora PostgreSQL, where nobody reaches it but who is allowed to. */
export class Database extends Construct {
  readonly cluster: rds.DatabaseCluster;
  private readonly password: secrets.Secret;

  constructor(scope: Construct, id: string, props: DatabaseProps) {
    super(scope, id);
    // Letters and digits only: in the URL nothing of it has to be encoded.
    this.password = new secrets.Secret(this, 'Password', {
      description: 'orders: the role of the database',
      encryptionKey: props.key,
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username: DATABASE }),
        generateStringKey: 'password',
        excludePunctuation: true,
        passwordLength: 48,
      },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    because(this.password, 'SMG4', 'the URL that the program reads is made of it by a deployment, and so is a new one');

    const engine = rds.DatabaseClusterEngine.auroraPostgres({ version: rds.AuroraPostgresEngineVersion.VER_17_7 });
    this.cluster = new rds.DatabaseCluster(this, 'Cluster', {
      engine,
      parameterGroup: new rds.ParameterGroup(this, 'Parameters', {
        engine,
        description: 'orders',
        parameters: { 'rds.force_ssl': '1', ...props.parameters },
      }),
      credentials: rds.Credentials.fromSecret(this.password, DATABASE),
      defaultDatabaseName: DATABASE,
      writer: props.writer,
      readers: props.readers ?? [],
      ...(props.capacity === undefined
        ? {}
        : {
            serverlessV2MinCapacity: props.capacity.least,
            serverlessV2MaxCapacity: props.capacity.most,
            serverlessV2AutoPauseDuration: props.capacity.pausedAfter,
          }),
      vpc: props.vpc,
      vpcSubnets: { subnetGroupName: 'storage' },
      securityGroups: [new ec2.SecurityGroup(this, 'Access', { vpc: props.vpc, allowAllOutbound: false })],
      storageEncrypted: true,
      storageEncryptionKey: props.key,
      backup: { retention: Duration.days(props.keptDays), preferredWindow: '02:00-03:00' },
      copyTagsToSnapshot: true,
      iamAuthentication: true,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /** Where it is, with its password, for who has its certificates in this file. */
  url(certificates: string): string {
    const { hostname, port } = this.cluster.clusterEndpoint;
    const password = this.password.secretValueFromJson('password').unsafeUnwrap();
    return databaseUrl(password, hostname, String(port), certificates);
  }
}
