import { RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/** What the account may do with the key, through its own policies: everything, but said one by one. */
const ACCOUNT = [
  'CancelKeyDeletion', 'CreateGrant', 'Decrypt', 'DescribeKey', 'DisableKey', 'DisableKeyRotation', 'EnableKey',
  'EnableKeyRotation', 'Encrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext', 'GetKeyPolicy',
  'GetKeyRotationStatus', 'ListGrants', 'ListKeyPolicies', 'ListKeyRotations', 'ListResourceTags', 'PutKeyPolicy',
  'ReEncryptFrom', 'ReEncryptTo', 'RetireGrant', 'RevokeGrant', 'RotateKeyOnDemand', 'ScheduleKeyDeletion',
  'TagResource', 'UntagResource', 'UpdateKeyDescription',
];

/** What another account needs to copy what was encrypted with the key. */
const COPYING = ['CreateGrant', 'Decrypt', 'DescribeKey', 'GenerateDataKey', 'ReEncryptFrom', 'ReEncryptTo'];

/**
 * The key of all that is stored. It stays when the stack goes, as what it has encrypted does.
 *
 * Other constructs get it by its ARN: given the construct itself they would add wildcards to its policy.
 */
export class StorageKey extends Construct {
  readonly key: kms.IKey;

  constructor(scope: Construct, id: string, copiedBy?: string) {
    super(scope, id);
    const policy = new iam.PolicyDocument({
      statements: [
        statement(new iam.AccountRootPrincipal(), ACCOUNT),
        // Alarms are told through a topic that is encrypted.
        statement(new iam.ServicePrincipal('cloudwatch.amazonaws.com'), ['Decrypt', 'GenerateDataKey']),
        ...(copiedBy === undefined ? [] : [statement(new iam.AccountPrincipal(copiedBy), COPYING)]),
      ],
    });
    const made = new kms.Key(this, 'Key', {
      description: 'orders: all that is stored',
      enableKeyRotation: true,
      policy,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.key = kms.Key.fromKeyArn(this, 'ByArn', made.keyArn);
  }
}

function statement(principal: iam.IPrincipal, actions: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    principals: [principal],
    actions: actions.map((action) => `kms:${action}`),
    // Of a key's own policy this is the key.
    resources: ['*'],
  });
}
