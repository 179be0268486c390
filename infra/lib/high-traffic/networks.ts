import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

import { because } from '../reasons';

/**
 * Two networks in three zones: that of the servers, and one of storage, which has no way to the Internet nor from it
 * and is reached from the servers only.
 */
export class Networks extends Construct {
  readonly servers: ec2.Vpc;
  readonly storage: ec2.Vpc;
  readonly peering: ec2.CfnVPCPeeringConnection;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { PRIVATE_ISOLATED, PRIVATE_WITH_EGRESS, PUBLIC } = ec2.SubnetType;
    this.servers = new ec2.Vpc(this, 'Servers', {
      ipAddresses: ec2.IpAddresses.cidr('10.0.0.0/16'),
      maxAzs: 3,
      natGateways: 3,
      subnetConfiguration: [
        { name: 'balancers', subnetType: PUBLIC, mapPublicIpOnLaunch: false, cidrMask: 24 },
        { name: 'servers', subnetType: PRIVATE_WITH_EGRESS, cidrMask: 20 },
      ],
      // The layers of images come from there, past the NAT gateways.
      gatewayEndpoints: { S3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
    });
    because(this.servers, 'VPC7', 'a line would have the address of a client, and personal data is in no log');
    this.storage = new ec2.Vpc(this, 'Storage', {
      ipAddresses: ec2.IpAddresses.cidr('10.1.0.0/16'),
      maxAzs: 3,
      natGateways: 0,
      subnetConfiguration: [{ name: 'storage', subnetType: PRIVATE_ISOLATED, cidrMask: 24 }],
    });
    this.storage.addFlowLog('Refused', {
      trafficType: ec2.FlowLogTrafficType.REJECT,
      destination: ec2.FlowLogDestination.toCloudWatchLogs(
        new logs.LogGroup(this, 'RefusedLog', { retention: logs.RetentionDays.ONE_MONTH }),
      ),
    });
    this.peering = new ec2.CfnVPCPeeringConnection(this, 'Peering', {
      vpcId: this.servers.vpcId,
      peerVpcId: this.storage.vpcId,
    });
    this.route('ToStorage', this.servers.privateSubnets, this.storage);
    this.route('ToServers', this.storage.isolatedSubnets, this.servers);
  }

  /** Lets these connect to a port of storage. */
  allow(storage: ec2.ISecurityGroup, port: number, from: ec2.ISecurityGroup): void {
    const rule = new ec2.CfnSecurityGroupIngress(this, `From${from.node.path}To${storage.node.path}`.replace(/\W/g, ''), {
      groupId: storage.securityGroupId,
      ipProtocol: 'tcp',
      fromPort: port,
      toPort: port,
      sourceSecurityGroupId: from.securityGroupId,
      description: 'the program',
    });
    // A group of another network can be named once the two are connected.
    rule.addResourceDependency(this.peering);
  }

  private route(id: string, subnets: ec2.ISubnet[], to: ec2.Vpc): void {
    subnets.forEach((subnet, zone) => {
      new ec2.CfnRoute(this, `${id}${zone + 1}`, {
        routeTableId: subnet.routeTable.routeTableId,
        destinationCidrBlock: to.vpcCidrBlock,
        vpcPeeringConnectionId: this.peering.ref,
      });
    });
  }
}
