import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as backup from 'aws-cdk-lib/aws-backup';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as rds from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';

import { because } from '../reasons';

/** For how long a day's backup is kept. */
const KEPT = Duration.days(35);

/** A backup each day, beside those of the database itself, and a copy of it in another account. */
export class Backups extends Construct {
  constructor(scope: Construct, id: string, cluster: rds.IDatabaseCluster, key: kms.IKey, copyTo?: string) {
    super(scope, id);
    const vault = new backup.BackupVault(this, 'Vault', {
      encryptionKey: key,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const other = copyTo === undefined ? [] : [backup.BackupVault.fromBackupVaultArn(this, 'Other', copyTo)];
    const plan = new backup.BackupPlan(this, 'Plan', {
      backupVault: vault,
      backupPlanRules: [
        new backup.BackupPlanRule({
          ruleName: 'daily',
          scheduleExpression: events.Schedule.cron({ hour: '3', minute: '30' }),
          deleteAfter: KEPT,
          copyActions: other.map((destinationBackupVault) => ({ destinationBackupVault, deleteAfter: KEPT })),
        }),
      ],
    });
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('backup.amazonaws.com'),
      managedPolicies: [
        iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSBackupServiceRolePolicyForBackup'),
      ],
    });
    because(
      role,
      'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup]',
      'what the service needs to back a database up is its own matter',
    );
    plan.addSelection('Database', {
      resources: [backup.BackupResource.fromArn(cluster.clusterArn)],
      role,
      disableDefaultBackupPolicy: true,
    });
  }
}
