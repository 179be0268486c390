import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

import { because } from '../reasons';
import type { Tokens } from '../settings';

/** What anybody may ask, as the program has it too. */
export const FOR_ANYONE = [
  '/products',
  '/products/{id}',
  '/marketplaces',
  '/marketplaces/resolve',
  '/marketplaces/{code}',
];

/** What is written of each request: nothing of who asked, nor what for. */
const LINE = {
  requestId: '$context.requestId',
  method: '$context.httpMethod',
  route: '$context.routeKey',
  status: '$context.status',
  milliseconds: '$context.responseLatency',
};

/**
 * The API's address. Who has no good token does not get to the function: the program looks at tokens itself, but a
 * stranger would wake it for that, and with it the database.
 */
export class Gateway extends Construct {
  readonly api: apigateway.HttpApi;
  readonly log: logs.LogGroup;

  constructor(scope: Construct, id: string, handler: lambda.IFunction, tokens: Tokens, hasPages: boolean) {
    super(scope, id);
    const { GET, OPTIONS } = apigateway.HttpMethod;
    const integration = new HttpLambdaIntegration('Function', handler, { scopePermissionToRoute: false });
    const authorizer = new HttpJwtAuthorizer('Tokens', tokens.issuer, { jwtAudience: tokens.audience });
    this.api = new apigateway.HttpApi(this, 'Api', {
      description: 'orders',
      createDefaultStage: false,
      defaultIntegration: integration,
      defaultAuthorizer: authorizer,
    });
    const open = (path: string, method: apigateway.HttpMethod): void => {
      const authorizer = new apigateway.HttpNoneAuthorizer();
      for (const route of this.api.addRoutes({ path, methods: [method], integration, authorizer })) {
        because(route, 'APIG4', 'anybody may ask this');
      }
    };
    FOR_ANYONE.forEach((path) => open(path, GET));
    if (hasPages) {
      // What a browser asks before it sends a token.
      open('/{proxy+}', OPTIONS);
    }

    this.log = new logs.LogGroup(this, 'Log', { retention: logs.RetentionDays.ONE_MONTH });
    new apigateway.HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: 100, burstLimit: 200 },
      accessLogSettings: {
        destination: new apigateway.LogGroupLogDestination(this.log),
        format: AccessLogFormat.custom(JSON.stringify(LINE)),
      },
    });
  }
}
