import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

describe('readConfig', () => {
  it.each([
    ['PORT', 'eighty'],
    ['PORT', '70000'],
    ['COUNTERSIGN_DEMO', 'yes'],
    ['COUNTERSIGN_PUBLIC_URL', 'countersign.example'],
    ['COUNTERSIGN_WEBHOOK_SECRETS', 'generic:secret'],
    ['DATABASE_URL', 'mysql://localhost/countersign'],
    ['TEMPORAL_ADDRESS', 'temporal'],
    ['LOG_LEVEL', 'loud'],
    ['COUNTERSIGN_KEEP_FINISHED_DAYS', '6'],
    ['COUNTERSIGN_KEEP_FINISHED_DAYS', 'ninety'],
  ])('names %s when it is %s', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(name);
  });

  it('names every wrong value at once', () => {
    expect(() => readConfig({ PORT: '0', LOG_LEVEL: 'loud' })).toThrow(/PORT[\s\S]*LOG_LEVEL/);
  });

  it('takes an empty value as not set', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '' })).toMatchObject({ port: 8080, databaseUrl: undefined });
  });

  it('is in demo mode on its own servers only, unless told', () => {
    const given = { DATABASE_URL: 'postgresql://a:b@db/c', TEMPORAL_ADDRESS: 'temporal:7233' };
    expect(readConfig({}).demo).toBe(true);
    expect(readConfig(given).demo).toBe(false);
    expect(readConfig({ ...given, COUNTERSIGN_DEMO: 'on' }).demo).toBe(true);
    expect(readConfig({ COUNTERSIGN_DEMO: 'off' }).demo).toBe(false);
  });
});
