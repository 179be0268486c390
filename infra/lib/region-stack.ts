import * as route53 from 'aws-cdk-lib/aws-route53';
import { LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import type { Construct } from 'constructs';

import { HighTrafficStack } from './high-traffic-stack';
import type { Region } from './settings';

/**
 * A region of several: all of it is its own, the database too. Route 53 leads customers to the region of their
 * country, and elsewhere while that one cannot take orders.
 */
export class RegionStack extends HighTrafficStack {
  constructor(scope: Construct, id: string, settings: Region) {
    super(scope, id, settings, [settings.sharedDomain], { REGION: settings.name });
    // Of a region the database is asked as well: where it is away, none of its servers can take an order.
    const healthCheck = new route53.HealthCheck(this, 'Ready', {
      type: route53.HealthCheckType.HTTPS,
      fqdn: settings.domain,
      resourcePath: '/health/ready',
      failureThreshold: 3,
    });
    const places = settings.countries.map((country) => route53.GeoLocation.country(country));
    if (settings.others) {
      places.push(route53.GeoLocation.default());
    }
    places.forEach((geoLocation, place) => {
      new route53.ARecord(this, `Shared${settings.countries[place] ?? 'Others'}`, {
        zone: this.zone,
        recordName: settings.sharedDomain,
        setIdentifier: `${settings.name}-${settings.countries[place] ?? 'others'}`,
        geoLocation,
        healthCheck,
        target: route53.RecordTarget.fromAlias(
          new LoadBalancerTarget(this.balancers.outer, { evaluateTargetHealth: true }),
        ),
      });
    });
  }
}
