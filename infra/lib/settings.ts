/** What differs from one shop to the next, read from `settings.json` and checked before anything is made of it. */

import { Fields } from './fields';

/** Which tokens the program takes; each member is the program's setting of the same name. */
export interface Tokens {
  readonly issuer: string;
  readonly audience: string[];
  /** The claim that says whom a token is for: `client-id` for Amazon Cognito. */
  readonly audienceClaim: string;
  readonly userClaim: string;
  readonly scopePrefix: string | undefined;
  /** Where the issuer's keys are, if they are not where the issuer says. */
  readonly jwksUrl: string | undefined;
}

/** What every stack is told. */
export interface Common {
  readonly account: string;
  readonly region: string;
  readonly tokens: Tokens;
  /** The whole ARN of a secret of one's own, a JSON object with `SECRETS_KEY` and, if mail is sent, `SMTP_URL`. */
  readonly secretsArn: string;
  /** Whether that secret has `SMTP_URL`; then `program` has `MAIL_FROM`. */
  readonly sendsMail: boolean;
  /** Who is written to when something is wrong. */
  readonly alarmEmail: string;
  /** Further settings of the program, by the names of their variables. */
  readonly program: Record<string, string>;
}

/** The stack that costs little while nobody orders. */
export interface LowCost extends Common {
  /** The folder that `lambda/Dockerfile` has filled. */
  readonly package: string;
  /** The version of the Lambda Web Adapter's layer. */
  readonly adapterLayer: number;
  /** Whether that folder has `jwks.json`, the issuer's keys, so that nobody is asked for them. */
  readonly jwksInPackage: boolean;
  /** Whether the functions reach the Internet by IPv4 too; by IPv6 they do anyway. */
  readonly natGateway: boolean;
  /** How many requests are served at once. */
  readonly concurrency: number;
  /** The most that the database may grow to, in Aurora capacity units. */
  readonly maxCapacity: number;
  /** How often the worker looks by itself, in hours; 0 is never. */
  readonly sweepHours: number;
}

/** The stack for many requests. */
export interface HighTraffic extends Common {
  /** The hosted zone in which `domain` is. */
  readonly zone: { readonly id: string; readonly name: string };
  /** The name by which the API is reached. */
  readonly domain: string;
  /** The image of the program with the certificates of RDS, in ECR. */
  readonly image: { readonly repository: string; readonly tag: string };
  readonly minServers: number;
  readonly maxServers: number;
  readonly workers: number;
  /** The class of the database's instances, such as `r7g.large`. */
  readonly databaseClass: string;
  /** Who may connect to the inner endpoint: ARNs of accounts, users or roles. */
  readonly innerPrincipals: string[];
  /** A backup vault of another account, into which each backup is copied. */
  readonly copyBackupsTo: string | undefined;
}

/** A region of several. */
export interface Region extends HighTraffic {
  /** What `REGION` says: a name that events carry. */
  readonly name: string;
  /** The name that all regions share, and that leads each country to its region. */
  readonly sharedDomain: string;
  /** The countries whose customers come here, in ISO 3166-1. */
  readonly countries: string[];
  /** Whether those come here whose country has no region. */
  readonly others: boolean;
}

/** All that is to be made; what is not there is not made. */
export interface Settings {
  readonly lowCost: LowCost | undefined;
  readonly highTraffic: HighTraffic | undefined;
  readonly regions: Region[];
}

/** What a JSON document says; one that cannot be used is refused with the field and the value. */
export function settings(document: unknown): Settings {
  const fields = Fields.of(document, 'settings');
  const all = {
    lowCost: fields.inner('lowCost', lowCost),
    highTraffic: fields.inner('highTraffic', highTraffic),
    regions: fields.list('regions', region),
  };
  fields.nothingElse();
  if (all.regions.length > 0) {
    onePlaceEach(all.regions);
  }
  return all;
}

/** A name in DNS. */
const NAME = /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;

function inZone(fields: Fields, name: string, zone: string): string {
  const domain = fields.text(name, NAME);
  if (domain !== zone && !domain.endsWith(`.${zone}`)) {
    throw fields.wrong(name, domain, `it is not in the zone ${zone}`);
  }
  return domain;
}

function common(fields: Fields): Common {
  const program = fields.texts('program');
  const sendsMail = fields.flag('sendsMail', false);
  if (sendsMail !== 'MAIL_FROM' in program) {
    throw fields.wrong('sendsMail', sendsMail, 'mail needs both: sendsMail, and MAIL_FROM in program');
  }
  return {
    account: fields.text('account', /^\d{12}$/),
    region: fields.text('region', /^[a-z]{2}(-[a-z]+)+-\d$/),
    tokens: fields.need('tokens', tokens),
    secretsArn: fields.text('secretsArn', /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+-\w{6}$/),
    sendsMail,
    alarmEmail: fields.text('alarmEmail', /^[^@\s]+@[^@\s]+$/),
    program,
  };
}

function tokens(fields: Fields): Tokens {
  return {
    issuer: fields.text('issuer', /^https:\/\/\S+$/),
    audience: fields.words('audience', /^[^\s,]+$/),
    audienceClaim: fields.text('audienceClaim', /^(aud|client-id)$/, 'aud'),
    userClaim: fields.text('userClaim', /^\S+$/, 'sub'),
    scopePrefix: fields.maybe('scopePrefix', /^\S+$/),
    jwksUrl: fields.maybe('jwksUrl', /^https:\/\/\S+$/),
  };
}

function lowCost(fields: Fields): LowCost {
  const all = common(fields);
  const jwksInPackage = fields.flag('jwksInPackage', false);
  if (jwksInPackage && all.tokens.jwksUrl !== undefined) {
    throw fields.wrong('jwksInPackage', true, 'tokens.jwksUrl says that the keys are elsewhere');
  }
  return {
    ...all,
    package: fields.text('package', /./, 'package'),
    adapterLayer: fields.number('adapterLayer', 1, 1000, 26),
    jwksInPackage,
    natGateway: fields.flag('natGateway', false),
    concurrency: fields.number('concurrency', 1, 60, 20),
    maxCapacity: fields.number('maxCapacity', 1, 256, 2),
    sweepHours: fields.number('sweepHours', 0, 24, 6),
  };
}

function highTraffic(fields: Fields): HighTraffic {
  const zone = fields.need('zone', (zone) => ({ id: zone.text('id', /^Z[A-Z0-9]+$/), name: zone.text('name', NAME) }));
  const minServers = fields.number('minServers', 2, 100, 3);
  return {
    ...common(fields),
    zone,
    domain: inZone(fields, 'domain', zone.name),
    image: fields.need('image', (image) => ({
      repository: image.text('repository', /^[a-z0-9][a-z0-9._/-]*$/),
      tag: image.text('tag', /^(?!latest$)[\w][\w.-]*$/),
    })),
    minServers,
    maxServers: fields.number('maxServers', minServers, 1000, 12),
    workers: fields.number('workers', 2, 20, 2),
    databaseClass: fields.text('databaseClass', /^[a-z0-9]+g[a-z]*\.[a-z0-9]+$/, 'r7g.large'),
    innerPrincipals: fields.words('innerPrincipals', /^arn:[a-z-]+:iam::\d{12}:\S+$/, []),
    copyBackupsTo: fields.maybe('copyBackupsTo', /^arn:[a-z-]+:backup:[a-z0-9-]+:\d{12}:backup-vault:.+$/),
  };
}

function region(fields: Fields): Region {
  const all = highTraffic(fields);
  return {
    ...all,
    name: fields.text('name', /^[a-z0-9-]+$/),
    sharedDomain: inZone(fields, 'sharedDomain', all.zone.name),
    countries: fields.words('countries', /^[A-Z]{2}$/, []),
    others: fields.flag('others', false),
  };
}

/** A country leads to one region, and who is from none of them to exactly one; each has a name and a key of its own. */
function onePlaceEach(regions: Region[]): void {
  const refuseTwice = (what: 'name' | 'domain' | 'secretsArn'): void => {
    const seen = new Map<string, string>();
    for (const region of regions) {
      const other = seen.get(region[what]);
      if (other !== undefined) {
        throw new Error(`settings.regions: ${other} and ${region.name} have the same ${what}, ${region[what]}`);
      }
      seen.set(region[what], region.name);
    }
  };
  refuseTwice('name');
  refuseTwice('domain');
  refuseTwice('secretsArn');
  const places = new Map<string, string>();
  for (const { name, countries } of regions) {
    for (const country of countries) {
      const other = places.get(country);
      if (other !== undefined) {
        throw new Error(`settings.regions: the country ${country} is in both ${other} and ${name}`);
      }
      places.set(country, name);
    }
  }
  const others = regions.filter((region) => region.others).map((region) => region.name);
  if (others.length !== 1) {
    throw new Error(`settings.regions: one region has others, not ${others.length} (${others.join(', ')})`);
  }
}
