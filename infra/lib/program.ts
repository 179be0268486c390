/** What the program is told: the settings of its own that both stacks set, and how it reaches its database. */

import type { Common, Tokens } from './settings';

/** The name of the database, and of the role that owns it. */
export const DATABASE = 'orders';

/** The port on which the program takes requests. */
export const PORT = 3000;

/** What comes from elsewhere: secrets, the role of a process, and what belongs to other ways to run the program. */
const OTHERWISE = [
  'ALLOW_INSECURE_AUTH', 'DATABASE_URL', 'DATABASE_REPLICA_URL', 'HOST', 'JWT_JWKS_FILE', 'JWT_JWKS_URL',
  'JWT_SCOPE_PREFIX', 'PORT', 'QUEUE_URL', 'REGION', 'ROLE', 'SECRETS_KEY', 'SESSION_CACHE_URL', 'SMTP_URL',
];

/**
 * The variables of the program: those of the stack, of the tokens and of the shop. A setting of the shop's own does
 * not replace one on which the stack relies.
 */
export function variables(common: Common, stack: Record<string, string>): Record<string, string> {
  const own = { AUTH: 'jwt', LOG_FORMAT: 'json', ...ofTokens(common.tokens), ...stack };
  const taken = Object.keys(common.program).find((name) => name in own || OTHERWISE.includes(name));
  if (taken !== undefined) {
    throw new Error(`settings.program.${taken} cannot be set: the stack sets it itself`);
  }
  return { ...own, ...common.program };
}

/** Where the database is: with this password, and nobody but who has a certificate of RDS for this host. */
export function databaseUrl(password: string, host: string, port: string, certificates: string): string {
  const tls = `sslmode=verify-full&sslrootcert=${encodeURIComponent(certificates)}`;
  return `postgres://${DATABASE}:${password}@${host}:${port}/${DATABASE}?${tls}&target_session_attrs=read-write`;
}

function ofTokens(tokens: Tokens): Record<string, string> {
  return {
    JWT_ISSUER: tokens.issuer,
    JWT_AUDIENCE: tokens.audience.join(','),
    JWT_AUDIENCE_CLAIM: tokens.audienceClaim,
    JWT_USER_CLAIM: tokens.userClaim,
    ...(tokens.scopePrefix === undefined ? {} : { JWT_SCOPE_PREFIX: tokens.scopePrefix }),
    ...(tokens.jwksUrl === undefined ? {} : { JWT_JWKS_URL: tokens.jwksUrl }),
  };
}
