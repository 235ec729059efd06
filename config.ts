import { resolve } from 'node:path';
import { z } from 'zod';

const port = z.coerce.number().int().min(1).max(65535);
const onOff = z.enum(['on', 'off']);

const environmentSchema = z.object({
  PORT: port.default(8080),
  HOST: z.string().min(1).default('127.0.0.1'),
  COUNTERSIGN_HOME: z.string().min(1).default('.countersign'),
  COUNTERSIGN_DEMO: onOff.optional(),
  COUNTERSIGN_FILE_ROOTS: z.string().optional(),
  /** Where people reach us; used in links. */
  COUNTERSIGN_PUBLIC_URL: z.url().optional(),
  /** `source=whsec_…` pairs joined by commas; a source may be named several times while its secret is rotated. */
  COUNTERSIGN_WEBHOOK_SECRETS: z.string().optional(),
  /** Authenticates the cursors of lists; alike in all servers of an installation. Made and kept under COUNTERSIGN_HOME when absent. */
  COUNTERSIGN_SECRET: z.string().min(32).optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  /** The role that owns the tables and runs migrations; DATABASE_URL when absent. */
  DATABASE_MIGRATION_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  TEMPORAL_ADDRESS: z.string().regex(/^[^\s:]+:\d+$/, 'must be host:port').optional(),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

/** The names of all settings. */
export const settingNames: readonly string[] = Object.keys(environmentSchema.shape);

export interface Config {
  port: number;
  host: string;
  home: string;
  demo: boolean;
  fileRoots: string[];
  publicUrl: string;
  webhookSecrets: { source: string; secret: string }[];
  /** undefined: made and kept under `home`. */
  secret: string | undefined;
  /** undefined: the embedded PostgreSQL. */
  databaseUrl: string | undefined;
  migrationUrl: string | undefined;
  /** undefined: the development server that start.ts runs. */
  temporalAddress: string | undefined;
  temporalNamespace: string;
  logLevel: string;
}

export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** Every setting, read once. Throws one ConfigError that names each wrong value. */
export function readConfig(environment: Record<string, string | undefined> = process.env): Config {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environmentSchema.safeParse(set);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(`These settings are wrong:\n${problems.join('\n')}`);
  }
  const settings = parsed.data;
  const home = resolve(settings.COUNTERSIGN_HOME);
  const embedded = settings.DATABASE_URL === undefined && settings.TEMPORAL_ADDRESS === undefined;
  const demo = settings.COUNTERSIGN_DEMO === undefined ? embedded : settings.COUNTERSIGN_DEMO === 'on';
  const demoRoots = demo ? [resolve(import.meta.dirname, 'examples'), resolve(home, 'files')] : [];
  return {
    port: settings.PORT,
    host: settings.HOST,
    home,
    demo,
    fileRoots: settings.COUNTERSIGN_FILE_ROOTS?.split(':').filter(Boolean).map((root) => resolve(root)) ?? demoRoots,
    publicUrl: settings.COUNTERSIGN_PUBLIC_URL ?? `http://localhost:${settings.PORT}`,
    webhookSecrets: parseSecrets(settings.COUNTERSIGN_WEBHOOK_SECRETS),
    secret: settings.COUNTERSIGN_SECRET,
    databaseUrl: settings.DATABASE_URL,
    migrationUrl: settings.DATABASE_MIGRATION_URL ?? settings.DATABASE_URL,
    temporalAddress: settings.TEMPORAL_ADDRESS,
    temporalNamespace: settings.TEMPORAL_NAMESPACE,
    logLevel: settings.LOG_LEVEL,
  };
}

/** Our environment with some settings in it changed, for a child process. */
export function environmentWith(settings: Record<string, string>): Record<string, string | undefined> {
  return { ...process.env, ...settings };
}

function parseSecrets(text: string | undefined): Config['webhookSecrets'] {
  if (text === undefined) return [];
  return text.split(',').map((pair) => {
    const [source, secret] = pair.trim().split(/=(.*)/s);
    if (!source || !secret?.startsWith('whsec_')) throw new ConfigError('These settings are wrong:\n  COUNTERSIGN_WEBHOOK_SECRETS: is source=whsec_… pairs joined by commas');
    return { source, secret };
  });
}
