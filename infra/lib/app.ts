import { App, type AppProps } from 'aws-cdk-lib';

import { HighTrafficStack } from './high-traffic-stack';
import { LowCostStack } from './low-cost-stack';
import { RegionStack } from './region-stack';
import type { Settings } from './settings';

/** How the CDK makes them. Said here rather than in `cdk.json`, so that what is tested is what is deployed. */
const FLAGS = {
  '@aws-cdk/aws-iam:minimizePolicies': true,
  '@aws-cdk/core:checkSecretUsage': true,
};

/** The stacks that these settings ask for. */
export function stacks(settings: Settings, props?: AppProps): App {
  const app = new App({ ...props, context: FLAGS, analyticsReporting: false });
  if (settings.lowCost !== undefined) {
    new LowCostStack(app, 'OrdersLowCost', settings.lowCost);
  }
  if (settings.highTraffic !== undefined) {
    new HighTrafficStack(app, 'OrdersHighTraffic', settings.highTraffic);
  }
  for (const region of settings.regions) {
    new RegionStack(app, `OrdersRegion-${region.name}`, region);
  }
  return app;
}
