import { webApi, type LogLevel } from '@slack/bolt';

const TIMEOUT_MS = 10_000;

export interface SlackAccess {
  token: string;
  /** With a slash at the end. */
  apiUrl: string;
}

/** Says nothing itself: what fails is thrown, and lines of the client could hold what people wrote. */
export const silentLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => 'error' as LogLevel,
  setName: () => undefined,
};

/** Never tries again by itself, never waits out a limit in secret, never hangs: by default it would for half an hour. */
export const clientOptions = (apiUrl: string, timeoutMs = TIMEOUT_MS) => ({
  slackApiUrl: apiUrl,
  retryConfig: { retries: 0 },
  timeout: timeoutMs,
  rejectRateLimitedCalls: true,
  allowAbsoluteUrls: false,
  logger: silentLogger,
});

export const createSlackClient = ({ token, apiUrl }: SlackAccess, timeoutMs?: number): webApi.WebClient =>
  new webApi.WebClient(token, clientOptions(apiUrl, timeoutMs));
