import assert from 'node:assert/strict';
import { test } from 'node:test';

import { TEMPLATES } from './given';

interface Statement {
  readonly where: string;
  readonly statement: any;
}

/** All statements of all policies, wherever they stand: of roles, keys, queues, topics, vaults, endpoints. */
function statements(value: unknown, where: string): Statement[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  const own = 'Statement' in value ? [value.Statement].flat().map((statement) => ({ where, statement })) : [];
  return [...own, ...Object.entries(value).flatMap(([name, inner]) => statements(inner, `${where}.${name}`))];
}

for (const [name, template] of TEMPLATES) {
  const all = statements(template.toJSON()['Resources'], name);

  test(`no policy of ${name} allows an action with a wildcard`, () => {
    assert.ok(all.length > 5);
    const wild = all.filter(({ statement }) => {
      const { Action, NotAction, Effect } = statement;
      return Effect === 'Allow' && (NotAction !== undefined || [Action].flat().some((action) => /[*?]/.test(action)));
    });
    assert.deepEqual(wild, []);
  });

  test(`no policy of ${name} allows anybody anything`, () => {
    const open = all.filter(({ statement: { Effect, Principal } }) => {
      return Effect === 'Allow' && (Principal === '*' || Principal?.AWS === '*');
    });
    assert.deepEqual(open, []);
  });

  test(`${name} takes no policy of others, but that of AWS Backup`, () => {
    const roles = Object.values(template.findResources('AWS::IAM::Role'));
    const managed = roles.flatMap((role) => role['Properties'].ManagedPolicyArns ?? []).map((arn) => JSON.stringify(arn));
    assert.deepEqual(managed.filter((arn) => !arn.includes('AWSBackupServiceRolePolicyForBackup')), []);
  });

  test(`who is told secrets of ${name} may decrypt them`, () => {
    const readers = all.filter(({ statement }) => [statement.Action].flat().includes('secretsmanager:GetSecretValue'));
    for (const { where } of readers) {
      const own = all.filter((other) => other.where === where);
      assert.ok(own.some(({ statement }) => [statement.Action].flat().includes('kms:Decrypt')), where);
    }
  });

  test(`alarms of ${name} are told, past the encryption of their topic`, () => {
    const service = 'cloudwatch.amazonaws.com';
    const allowed = all.filter(({ statement: { Effect, Principal } }) => Effect === 'Allow' && Principal?.Service === service);
    const actions = allowed.flatMap(({ statement }) => [statement.Action].flat()).sort();
    assert.deepEqual(actions, ['kms:Decrypt', 'kms:GenerateDataKey', 'sns:Publish']);
  });
}
