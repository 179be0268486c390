import { Fn, RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elasticache from 'aws-cdk-lib/aws-elasticache';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as secrets from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

import { because } from '../reasons';

/** The port on which it answers. */
export const SESSIONS_PORT = 6379;

/** Valkey, for verified tokens and for revocations, on two nodes in two zones. */
export class Sessions extends Construct {
  readonly access: ec2.SecurityGroup;
  readonly group: elasticache.CfnReplicationGroup;
  private readonly password: secrets.Secret;

  constructor(scope: Construct, id: string, vpc: ec2.IVpc, key: kms.IKey) {
    super(scope, id);
    this.access = new ec2.SecurityGroup(this, 'Access', { vpc, allowAllOutbound: false });
    this.password = new secrets.Secret(this, 'Password', {
      description: 'orders: the cache of sessions',
      encryptionKey: key,
      generateSecretString: { excludePunctuation: true, passwordLength: 48 },
    });
    because(this.password, 'SMG4', 'the URL that the program reads is made of it by a deployment, and so is a new one');
    const subnets = new elasticache.CfnSubnetGroup(this, 'Subnets', {
      description: 'orders: the cache of sessions',
      subnetIds: vpc.isolatedSubnets.map((subnet) => subnet.subnetId),
    });
    const parameters = new elasticache.CfnParameterGroup(this, 'Parameters', {
      cacheParameterGroupFamily: 'valkey8',
      description: 'orders: revocations have no end, so they are never what is given up for room',
      properties: { 'maxmemory-policy': 'volatile-lru' },
    });
    this.group = new elasticache.CfnReplicationGroup(this, 'Group', {
      replicationGroupDescription: 'orders: verified tokens and revocations',
      engine: 'valkey',
      engineVersion: '8.0',
      cacheNodeType: 'cache.t4g.small',
      numCacheClusters: 2,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
      cacheSubnetGroupName: subnets.ref,
      cacheParameterGroupName: parameters.ref,
      securityGroupIds: [this.access.securityGroupId],
      atRestEncryptionEnabled: true,
      kmsKeyId: key.keyArn,
      transitEncryptionEnabled: true,
      authToken: this.password.secretValue.unsafeUnwrap(),
      snapshotRetentionLimit: 7,
      port: SESSIONS_PORT,
    });
    this.group.applyRemovalPolicy(RemovalPolicy.SNAPSHOT);
  }

  /** Where it is, with its password. */
  url(): string {
    const host = this.group.attrPrimaryEndPointAddress;
    return Fn.join('', ['rediss://:', this.password.secretValue.unsafeUnwrap(), '@', host, `:${SESSIONS_PORT}`]);
  }
}
