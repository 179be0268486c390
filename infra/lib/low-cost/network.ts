import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/**
 * The functions and the database. The functions reach the Internet by IPv6, which costs nothing by the hour, and with
 * a NAT gateway by IPv4 too; nobody reaches them.
 */
export class Network extends Construct {
  readonly vpc: ec2.Vpc;
  readonly functions: ec2.SubnetSelection = { subnetGroupName: 'functions' };

  constructor(scope: Construct, id: string, natGateway: boolean) {
    super(scope, id);
    const { PRIVATE_ISOLATED, PRIVATE_WITH_EGRESS, PUBLIC } = ec2.SubnetType;
    this.vpc = new ec2.Vpc(this, 'Vpc', {
      ipProtocol: ec2.IpProtocol.DUAL_STACK,
      maxAzs: 2,
      natGateways: natGateway ? 1 : 0,
      subnetConfiguration: [
        ...(natGateway ? [{ name: 'nat', subnetType: PUBLIC, mapPublicIpOnLaunch: false, cidrMask: 28 }] : []),
        { name: 'functions', subnetType: PRIVATE_WITH_EGRESS, cidrMask: 24 },
        { name: 'storage', subnetType: PRIVATE_ISOLATED, cidrMask: 24 },
      ],
    });
    this.vpc.addFlowLog('Refused', {
      trafficType: ec2.FlowLogTrafficType.REJECT,
      destination: ec2.FlowLogDestination.toCloudWatchLogs(
        new logs.LogGroup(this, 'RefusedLog', { retention: logs.RetentionDays.ONE_MONTH }),
      ),
    });
  }
}
