import { Duration } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { AlbListenerTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

import { PORT } from '../program';
import { because } from '../reasons';

/** How a server is found well. It asks no database: one that hiccups would take all servers out at once. */
const LIVE: elb.HealthCheck = {
  path: '/health/live',
  interval: Duration.seconds(10),
  timeout: Duration.seconds(5),
  healthyThresholdCount: 2,
  unhealthyThresholdCount: 2,
};

/** What is before the servers. */
export interface BalancersProps {
  readonly vpc: ec2.IVpc;
  readonly certificate: acm.ICertificate;
  readonly service: ecs.FargateService;
  /** Who may connect to the inner endpoint. */
  readonly innerPrincipals: string[];
}

/** One balancer for all, with TLS, and an inner endpoint (PrivateLink) that leads to it past the Internet. */
export class Balancers extends Construct {
  readonly outer: elb.ApplicationLoadBalancer;
  readonly servers: elb.ApplicationTargetGroup;
  readonly endpoint: ec2.VpcEndpointService;

  constructor(scope: Construct, id: string, props: BalancersProps) {
    super(scope, id);
    const { vpc } = props;
    const access = new ec2.SecurityGroup(this, 'Access', { vpc, allowAllOutbound: false });
    for (const port of [80, 443]) {
      access.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(port), 'anybody');
    }
    because(access, 'EC23', 'the API is for anybody; port 80 only leads to 443');
    this.outer = new elb.ApplicationLoadBalancer(this, 'Outer', {
      vpc,
      internetFacing: true,
      vpcSubnets: { subnetGroupName: 'balancers' },
      securityGroup: access,
      idleTimeout: Duration.seconds(60),
      dropInvalidHeaderFields: true,
      deletionProtection: true,
    });
    because(this.outer, 'ELB2', 'a line would have the address of a client and what was searched, such as a mail address');
    this.outer.addRedirect({ open: false });
    const listener = this.outer.addListener('Https', {
      port: 443,
      certificates: [props.certificate],
      sslPolicy: elb.SslPolicy.RECOMMENDED_TLS,
      open: false,
    });
    this.servers = listener.addTargets('Servers', {
      protocol: elb.ApplicationProtocol.HTTP,
      port: PORT,
      targets: [props.service],
      healthCheck: LIVE,
      // Longer than a request takes.
      deregistrationDelay: Duration.seconds(15),
    });
    this.endpoint = this.inner(listener, props);
  }

  private inner(listener: elb.ApplicationListener, { vpc, innerPrincipals }: BalancersProps): ec2.VpcEndpointService {
    const access = new ec2.SecurityGroup(this, 'InnerAccess', { vpc, allowAllOutbound: true });
    const inner = new elb.NetworkLoadBalancer(this, 'Inner', {
      vpc,
      internetFacing: false,
      vpcSubnets: { subnetGroupName: 'servers' },
      securityGroups: [access],
      // Who comes through the endpoint is let in by its principals, and has an address of theirs, not of ours.
      enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: false,
      deletionProtection: true,
    });
    because(inner, 'ELB2', 'it has no log but that of TLS, which it hands on');
    const target = inner.addListener('Https', { port: 443, protocol: elb.Protocol.TCP }).addTargets('Outer', {
      port: 443,
      targets: [new AlbListenerTarget(listener)],
      healthCheck: { ...LIVE, protocol: elb.Protocol.HTTPS },
    });
    target.node.addDependency(listener);
    return new ec2.VpcEndpointService(this, 'Endpoint', {
      vpcEndpointServiceLoadBalancers: [inner],
      acceptanceRequired: true,
      allowedPrincipals: innerPrincipals.map((arn) => new iam.ArnPrincipal(arn)),
    });
  }
}
