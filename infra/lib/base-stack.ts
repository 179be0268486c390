import { Fn, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

import type { Common } from './settings';

/** A stack in one account and region, whose zones are the region's first three, whatever they are called. */
export class BaseStack extends Stack {
  constructor(scope: Construct, id: string, common: Common, description: string) {
    super(scope, id, {
      env: { account: common.account, region: common.region },
      description,
      terminationProtection: true,
    });
  }

  override get availabilityZones(): string[] {
    return [0, 1, 2].map((zone) => Fn.select(zone, Fn.getAzs()));
  }
}
