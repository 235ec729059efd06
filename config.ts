import { resolve } from 'node:path';
import { z } from 'zod';
import { parseSender } from './channels/email/address.ts';
import { isAllowEntry } from './integrations/webhooks/target-guard.ts';

const port = z.coerce.number().int().min(1).max(65535);
const onOff = z.enum(['on', 'off']);

const environmentSchema = z.object({
  PORT: port.default(8080),
  HOST: z.string().min(1).default('127.0.0.1'),
  COUNTERSIGN_HOME: z.string().min(1).default('.countersign'),
  COUNTERSIGN_DEMO: onOff.optional(),
  /** `on`: /metrics needs no token. */
  COUNTERSIGN_OPEN_METRICS: onOff.default('off'),
  COUNTERSIGN_FILE_ROOTS: z.string().optional(),
  /** Where people reach us; used in links. */
  COUNTERSIGN_PUBLIC_URL: z.url().optional(),
  /** `source=whsec_…` pairs joined by commas; a source may be named several times while its secret is rotated. */
  COUNTERSIGN_WEBHOOK_SECRETS: z.string().optional(),
  /** Where outgoing webhooks may go beside the open internet: host names and networks joined by commas. */
  COUNTERSIGN_WEBHOOK_ALLOW_PRIVATE: z
    .string()
    .transform((text) => text.split(',').map((entry) => entry.trim()))
    .refine((entries) => entries.every(isAllowEntry), 'is host names and networks such as ci.internal,10.1.0.0/16')
    .optional(),
  /** Authenticates the cursors of lists; alike in all servers of an installation. Made and kept under COUNTERSIGN_HOME when absent. */
  COUNTERSIGN_SECRET: z.string().min(32).optional(),
  /** Signs the journal's checkpoints: `PRIVATE+KEY+…`, alike in all workers of an installation. Made and kept in COUNTERSIGN_HOME/checkpoint-key when absent. */
  COUNTERSIGN_CHECKPOINT_KEY: z.string().startsWith('PRIVATE+KEY+').optional(),
  /** The second place that keeps checkpoints, best where nobody who runs the database can write; COUNTERSIGN_HOME/checkpoints.txt when absent. */
  COUNTERSIGN_CHECKPOINT_FILE: z.string().min(1).optional(),
  /** Where mails go out; without it, and outside of demo mode, there is no e-mail. */
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  /** `Name <address>`. */
  MAIL_FROM: z
    .string()
    .refine((text) => parseSender(text) !== undefined, 'is no sender such as Countersign <reviews@example.com>')
    .optional(),
  /** Lets a mail server hand over what people answer; see docs/email.md. */
  MAIL_INBOUND_SECRET: z
    .string()
    .regex(/^\S{32,}$/, 'needs at least 32 characters and no spaces')
    .optional(),
  /** The name under which our own mail server writes Authentication-Results; without it no answer by mail decides. */
  MAIL_AUTHSERV_ID: z.string().min(1).optional(),
  /** `xoxb-…`; without it, and outside of demo mode, there is no Slack. */
  SLACK_BOT_TOKEN: z.string().startsWith('xoxb-', 'starts with xoxb-').optional(),
  SLACK_SIGNING_SECRET: z.string().min(16).optional(),
  /** Socket Mode: Slack's requests come through a connection that we open. */
  SLACK_APP_TOKEN: z.string().startsWith('xapp-', 'starts with xapp-').optional(),
  SLACK_API_URL: z.url({ protocol: /^https?$/ }).default('https://slack.com/api/'),
  /** In demo mode, where the server catches mails; start.ts chooses it. */
  COUNTERSIGN_MAIL_CATCHER_PORT: port.optional(),
  /** How long what was delivered, given up or expired is kept; at least as long as anything is tried again. */
  COUNTERSIGN_KEEP_FINISHED_DAYS: z.coerce.number().int().min(7).max(36_500).default(90),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  /** The role that owns the tables and runs migrations; DATABASE_URL when absent. */
  DATABASE_MIGRATION_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[^\s:]+:\d+$/, 'must be host:port')
    .optional(),
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
  openMetrics: boolean;
  fileRoots: string[];
  publicUrl: string;
  webhookSecrets: { source: string; secret: string }[];
  webhookAllowPrivate: string[];
  /** undefined: made and kept under `home`. */
  secret: string | undefined;
  /** undefined: made and kept under `home`. */
  checkpointKey: string | undefined;
  checkpointFile: string;
  mail: MailConfig;
  /** undefined: no Slack but the demo's own. */
  slack: SlackConfig | undefined;
  keepFinishedDays: number;
  /** undefined: the embedded PostgreSQL. */
  databaseUrl: string | undefined;
  migrationUrl: string | undefined;
  /** undefined: the development server that start.ts runs. */
  temporalAddress: string | undefined;
  temporalNamespace: string;
  logLevel: string;
}

export interface MailConfig {
  /** undefined: no mail leaves. */
  smtpUrl: string | undefined;
  from: { name: string; address: string };
  /** undefined: no mail is taken in. */
  inboundSecret: string | undefined;
  authservId: string | undefined;
  /** undefined: none runs. */
  catcherPort: number | undefined;
}

export interface SlackConfig {
  token: string;
  signingSecret: string;
  appToken: string | undefined;
  /** With a slash at the end. */
  apiUrl: string;
}

export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** Every setting, read once. Throws one ConfigError that names each wrong value. */
export function readConfig(environment: Record<string, string | undefined> = process.env): Config {
  const set = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
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
    openMetrics: settings.COUNTERSIGN_OPEN_METRICS === 'on',
    fileRoots:
      settings.COUNTERSIGN_FILE_ROOTS?.split(':')
        .filter(Boolean)
        .map((root) => resolve(root)) ?? demoRoots,
    publicUrl: settings.COUNTERSIGN_PUBLIC_URL ?? `http://localhost:${settings.PORT}`,
    webhookSecrets: parseSecrets(settings.COUNTERSIGN_WEBHOOK_SECRETS),
    webhookAllowPrivate: settings.COUNTERSIGN_WEBHOOK_ALLOW_PRIVATE ?? [],
    secret: settings.COUNTERSIGN_SECRET,
    checkpointKey: settings.COUNTERSIGN_CHECKPOINT_KEY,
    checkpointFile: resolve(settings.COUNTERSIGN_CHECKPOINT_FILE ?? `${home}/checkpoints.txt`),
    mail: mailConfigOf(settings, demo),
    slack: slackConfigOf(settings),
    keepFinishedDays: settings.COUNTERSIGN_KEEP_FINISHED_DAYS,
    databaseUrl: settings.DATABASE_URL,
    migrationUrl: settings.DATABASE_MIGRATION_URL ?? settings.DATABASE_URL,
    temporalAddress: settings.TEMPORAL_ADDRESS,
    temporalNamespace: settings.TEMPORAL_NAMESPACE,
    logLevel: settings.LOG_LEVEL,
  };
}

function mailConfigOf(settings: z.infer<typeof environmentSchema>, demo: boolean): MailConfig {
  const catcherPort = demo ? settings.COUNTERSIGN_MAIL_CATCHER_PORT : undefined;
  const host = new URL(settings.COUNTERSIGN_PUBLIC_URL ?? 'http://localhost').hostname;
  return {
    smtpUrl: settings.SMTP_URL ?? (catcherPort === undefined ? undefined : `smtp://127.0.0.1:${catcherPort}`),
    from: parseSender(settings.MAIL_FROM ?? '') ??
      parseSender(`countersign@${host}`) ?? { name: 'Countersign', address: 'countersign@localhost' },
    inboundSecret: settings.MAIL_INBOUND_SECRET,
    authservId: settings.MAIL_AUTHSERV_ID,
    catcherPort,
  };
}

function slackConfigOf(settings: z.infer<typeof environmentSchema>): SlackConfig | undefined {
  const { SLACK_BOT_TOKEN: token, SLACK_SIGNING_SECRET: signingSecret, SLACK_APP_TOKEN: appToken } = settings;
  if (token === undefined && signingSecret === undefined && appToken === undefined) return undefined;
  if (token === undefined || signingSecret === undefined)
    throw new ConfigError(
      `These settings are wrong:\n  ${token === undefined ? 'SLACK_BOT_TOKEN' : 'SLACK_SIGNING_SECRET'}: is missing; Slack needs both`,
    );
  return { token, signingSecret, appToken, apiUrl: `${settings.SLACK_API_URL.replace(/\/+$/, '')}/` };
}

const cliEnvironmentSchema = z.object({
  COUNTERSIGN_URL: z.url({ protocol: /^https?$/ }).default('http://localhost:8080'),
  COUNTERSIGN_TOKEN: z.string().optional(),
  COUNTERSIGN_WEBHOOK_SECRET: z.string().startsWith('whsec_', 'starts with whsec_').optional(),
  COUNTERSIGN_HOME: z.string().min(1).default('.countersign'),
});

/** What the command line works with; commands ask for the token and the secret only where they need them. */
export interface CliConfig {
  /** Without a slash at the end. */
  url: string;
  /** Whether the URL was given, or is the default. */
  isUrlGiven: boolean;
  token: string | undefined;
  webhookSecret: string | undefined;
  home: string;
}

/** The command line's settings. Throws one ConfigError that names each wrong value. */
export function readCliConfig(environment: Record<string, string | undefined> = process.env): CliConfig {
  const set = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = cliEnvironmentSchema.safeParse(set);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(`These settings are wrong:\n${problems.join('\n')}`);
  }
  const {
    COUNTERSIGN_URL: url,
    COUNTERSIGN_TOKEN: token,
    COUNTERSIGN_WEBHOOK_SECRET: webhookSecret,
    COUNTERSIGN_HOME: home,
  } = parsed.data;
  return {
    url: url.replace(/\/+$/, ''),
    isUrlGiven: 'COUNTERSIGN_URL' in set,
    token,
    webhookSecret,
    home: resolve(home),
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
    if (!source || !secret?.startsWith('whsec_'))
      throw new ConfigError(
        'These settings are wrong:\n  COUNTERSIGN_WEBHOOK_SECRETS: is source=whsec_… pairs joined by commas',
      );
    return { source, secret };
  });
}
