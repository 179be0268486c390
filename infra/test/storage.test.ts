import { Match } from 'aws-cdk-lib/assertions';
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { properties, template, TEMPLATES, text } from './given';

for (const [name, stack] of TEMPLATES) {
  test(`${name} stores nothing that is not encrypted`, () => {
    stack.allResourcesProperties('AWS::RDS::DBCluster', { StorageEncrypted: true, KmsKeyId: Match.anyValue() });
    for (const secret of properties(stack, 'AWS::SecretsManager::Secret')) {
      assert.notEqual(secret.KmsKeyId, undefined);
    }
    for (const topic of properties(stack, 'AWS::SNS::Topic')) {
      assert.notEqual(topic.KmsMasterKeyId, undefined);
    }
    for (const queue of properties(stack, 'AWS::SQS::Queue')) {
      assert.equal(queue.SqsManagedSseEnabled, true);
    }
    for (const { Environment, KmsKeyArn } of properties(stack, 'AWS::Lambda::Function')) {
      assert.ok(KmsKeyArn !== undefined || Environment.Variables.DATABASE_URL === undefined);
    }
    for (const group of properties(stack, 'AWS::ElastiCache::ReplicationGroup')) {
      const { AtRestEncryptionEnabled, TransitEncryptionEnabled, KmsKeyId, AuthToken } = group;
      assert.deepEqual([AtRestEncryptionEnabled, TransitEncryptionEnabled], [true, true]);
      assert.ok(KmsKeyId !== undefined && AuthToken !== undefined);
    }
    for (const vault of properties(stack, 'AWS::Backup::BackupVault')) {
      assert.notEqual(vault.EncryptionKeyArn, undefined);
    }
    stack.allResourcesProperties('AWS::KMS::Key', { EnableKeyRotation: true });
  });

  test(`the database of ${name} takes no connection without TLS, and the program none to somebody else`, () => {
    stack.hasResourceProperties('AWS::RDS::DBClusterParameterGroup', {
      Parameters: Match.objectLike({ 'rds.force_ssl': '1' }),
    });
    const written = JSON.stringify(stack.toJSON());
    const urls = written.match(/\/orders\?[^"]*/g) ?? [];
    assert.notEqual(urls.length, 0);
    for (const url of urls) {
      assert.match(url, /^\/orders\?sslmode=verify-full&sslrootcert=%2F\S+%2Frds\.pem&target_session_attrs=read-write$/);
    }
  });

  test(`the database of ${name} can be put back to any second of a week at least`, () => {
    for (const { BackupRetentionPeriod } of properties(stack, 'AWS::RDS::DBCluster')) {
      assert.ok(BackupRetentionPeriod >= 7);
    }
  });

  test(`what ${name} stores is not deleted with it`, () => {
    stack.allResourcesProperties('AWS::RDS::DBCluster', { DeletionProtection: true });
    for (const type of ['AWS::RDS::DBCluster', 'AWS::KMS::Key', 'AWS::Backup::BackupVault']) {
      for (const [id, resource] of Object.entries(stack.findResources(type))) {
        assert.deepEqual([resource['DeletionPolicy'], resource['UpdateReplacePolicy']], ['Retain', 'Retain'], id);
      }
    }
  });

  test(`no password stands in the template of ${name}`, () => {
    const written = text(stack.toJSON());
    for (const [, password] of written.matchAll(/(?:postgres|rediss):\/\/[a-z]*:([^"@]*)/g)) {
      assert.match(String(password), /^\{\{resolve:secretsmanager:/);
    }
    for (const secret of properties(stack, 'AWS::SecretsManager::Secret')) {
      const generated = secret.GenerateSecretString;
      assert.ok(generated?.ExcludePunctuation === true || text(secret.SecretString).includes('{{resolve:'));
    }
  });

  test(`${name} keeps no log for ever`, () => {
    for (const log of properties(stack, 'AWS::Logs::LogGroup')) {
      assert.equal(log.RetentionInDays, 30);
    }
  });
}

test('each day a backup is made, kept for five weeks and copied to another account', () => {
  const stack = template('OrdersHighTraffic');
  const kept = { DeleteAfterDays: 35 };
  stack.hasResourceProperties('AWS::Backup::BackupPlan', {
    BackupPlan: Match.objectLike({
      BackupPlanRule: [
        Match.objectLike({
          ScheduleExpression: 'cron(30 3 * * ? *)',
          Lifecycle: kept,
          CopyActions: [
            { DestinationBackupVaultArn: 'arn:aws:backup:eu-central-1:777788889999:backup-vault:orders', Lifecycle: kept },
          ],
        }),
      ],
    }),
  });
  const [key] = properties(stack, 'AWS::KMS::Key');
  assert.ok(text(key.KeyPolicy).includes(':iam::777788889999:root'));
});
