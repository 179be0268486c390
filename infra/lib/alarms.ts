import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

/** When somebody is told. */
export interface Threshold {
  readonly metric: cloudwatch.IMetric;
  /** What it means, for who reads the mail. */
  readonly description: string;
  /** From which value on; or with `below`, below which. */
  readonly from?: number;
  readonly below?: number;
  /** For how many periods in a row. */
  readonly periods?: number;
  /** Whether no data at all is an alarm too. */
  readonly silenceIsWrong?: boolean;
}

/** Tells somebody by mail when something is wrong. */
export class Alarms extends Construct {
  private readonly topic: sns.Topic;

  constructor(scope: Construct, id: string, email: string, key: kms.IKey) {
    super(scope, id);
    this.topic = new sns.Topic(this, 'Topic', { masterKey: key, enforceSSL: true });
    this.topic.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    this.topic.addSubscription(new subscriptions.EmailSubscription(email));
  }

  /** Tells when this is so. */
  add(id: string, threshold: Threshold): void {
    const below = threshold.below !== undefined;
    const alarm = new cloudwatch.Alarm(this, id, {
      metric: threshold.metric,
      alarmDescription: threshold.description,
      threshold: threshold.below ?? threshold.from ?? 1,
      evaluationPeriods: threshold.periods ?? 1,
      comparisonOperator: below
        ? cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
        : cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: threshold.silenceIsWrong === true
        ? cloudwatch.TreatMissingData.BREACHING
        : cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    const tell = new actions.SnsAction(this.topic);
    alarm.addAlarmAction(tell);
    alarm.addOkAction(tell);
  }
}

/** A metric's sum, average or largest value over five minutes. */
export const OVER_FIVE_MINUTES = { period: Duration.minutes(5) };
