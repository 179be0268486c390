import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as elasticache from 'aws-cdk-lib/aws-elasticache';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type * as rds from 'aws-cdk-lib/aws-rds';

import { type Alarms, OVER_FIVE_MINUTES } from '../alarms';
import type { Balancers } from './balancers';
import type { Services } from './services';

/** What is looked at. */
export interface Watched {
  readonly services: Services;
  readonly balancers: Balancers;
  readonly database: rds.DatabaseCluster;
  readonly sessions: elasticache.CfnReplicationGroup;
}

/** Has somebody told when customers notice something, or soon will. */
export function watch(alarms: Alarms, { services, balancers, database, sessions }: Watched): void {
  const { outer, servers } = balancers;
  alarms.add('ServerErrors', {
    metric: servers.metrics.httpCodeTarget(elb.HttpCodeTarget.TARGET_5XX_COUNT, OVER_FIVE_MINUTES),
    description: 'servers answer with 5xx: their log says why',
    from: 10,
  });
  alarms.add('BalancerErrors', {
    metric: outer.metrics.httpCodeElb(elb.HttpCodeElb.ELB_5XX_COUNT, OVER_FIVE_MINUTES),
    description: 'the balancer finds no server that answers',
    from: 10,
  });
  alarms.add('UnhealthyServers', {
    metric: servers.metrics.unhealthyHostCount({ period: Duration.minutes(1) }),
    description: 'a server does not answer',
    periods: 5,
  });
  alarms.add('SlowAnswers', {
    metric: servers.metrics.targetResponseTime({ ...OVER_FIVE_MINUTES, statistic: 'p99' }),
    description: 'one request of a hundred takes longer than a second',
    from: 1,
    periods: 3,
  });
  alarms.add('NoWorker', {
    metric: new cloudwatch.Metric({
      namespace: 'ECS/ContainerInsights',
      metricName: 'RunningTaskCount',
      dimensionsMap: { ClusterName: services.worker.cluster.clusterName, ServiceName: services.worker.serviceName },
      statistic: cloudwatch.Stats.MINIMUM,
      ...OVER_FIVE_MINUTES,
    }),
    description: 'nobody sends webhooks and mail',
    below: 1,
    silenceIsWrong: true,
  });
  alarms.add('BusyDatabase', {
    metric: database.metricCPUUtilization(OVER_FIVE_MINUTES),
    description: 'the database is busy: take a larger class',
    from: 80,
    periods: 3,
  });
  alarms.add('FullSessions', {
    metric: new cloudwatch.Metric({
      namespace: 'AWS/ElastiCache',
      metricName: 'DatabaseMemoryUsagePercentage',
      dimensionsMap: { ReplicationGroupId: sessions.ref },
      statistic: cloudwatch.Stats.MAXIMUM,
      ...OVER_FIVE_MINUTES,
    }),
    description: 'the cache of sessions is full: tokens are given up, and revocations come to be refused',
    from: 80,
  });
}
