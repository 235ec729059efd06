/**
 * Documents must not name what is gone: fails with file and line for each path, npm script, command, option, route, setting
 * or link that does not exist, for each dependency that no decision names, and for each entry type that the auditor's list lacks.
 *
 *   node scripts/check-docs.mjs [folder]
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ignoredFolders = new Set(['node_modules', '.git', '.countersign', 'dist']);
const fileEndings = /\.(ts|tsx|mjs|json|jsonl|ya?ml|md|sql|sh|csv|parquet|pkl|svg|png|txt|py)$/;
const settingName = /^(COUNTERSIGN|DATABASE|TEMPORAL|LOG)_[A-Z_]+$|^(PORT|HOST)$/;

/** Every problem of the documents under `root`, as `{ file, line, message }`. */
export function findProblems(root) {
  const known = readProject(root);
  const documents = listFiles(root, (name) => name.endsWith('.md'));
  return [
    ...documents.flatMap((file) => checkDocument(root, file, known)),
    ...checkSettingsTable(root, known),
    ...checkDecisions(root, known),
    ...checkEntryTypes(root),
  ];
}

/** What exists, read from the sources by their text: nothing is run. */
function readProject(root) {
  const text = (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '');
  const sourcesOf = (...folders) =>
    folders
      .filter((folder) => existsSync(join(root, folder)))
      .flatMap((folder) =>
        listFiles(join(root, folder), (name) => /\.(tsx?|mjs)$/.test(name) && !/\.test\./.test(name)),
      )
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
  const manifest = JSON.parse(text('package.json') || '{}');
  const schema = /environmentSchema = z\.object\(\{([\s\S]*?)\n\}\)/.exec(text('config.ts'))?.[1] ?? '';
  const routes = sourcesOf('api', 'web');
  const commands = sourcesOf('cli');
  return {
    scripts: new Set([...Object.keys(manifest.scripts ?? {}), 'ci', 'install']),
    dependencies: ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
      Object.keys(manifest[kind] ?? {}),
    ),
    settings: new Set([...schema.matchAll(/^\s{2}([A-Z][A-Z0-9_]*):/gm)].map(([, name]) => name)),
    /** Settings of set-up, command line and compose file, which read their own. */
    otherSettings: `${sourcesOf('scripts', 'cli')}${text('config.ts')}${text('docker-compose.yml')}`,
    routes: [...routes.matchAll(/(?:path: |\.(?:get|post|put|delete|all)\()'(\/[^']*)'/g)].map(([, path]) => path),
    commandWords: new Set([...commands.matchAll(/(?:\.command|new Command)\(\s*'([a-z-]+)/g)].map(([, word]) => word)),
    /** Commands whose next word is a command too, not an argument. */
    commandGroups: new Set(
      [...commands.matchAll(/const \w+ = program\s*\.command\('([a-z-]+)/g)].map(([, word]) => word),
    ),
    options: new Set(commands.match(/--[a-z][a-z-]*/g) ?? []),
    folders: new Set(
      readdirSync(root, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name),
    ),
  };
}

function checkDocument(root, file, known) {
  const lines = readFileSync(file, 'utf8').split('\n');
  const problems = [];
  let isCode = false;
  lines.forEach((line, index) => {
    const report = (message) => problems.push({ file: relative(root, file), line: index + 1, message });
    if (/^\s*```/.test(line)) {
      isCode = !isCode;
      return;
    }
    for (const [, script] of line.matchAll(/\bnpm (?:run )?(start|test|ci|install|(?<=run )[a-z:]+)\b/g))
      if (!known.scripts.has(script)) report(`npm run ${script}: package.json has no such script`);
    for (const [, words] of line.matchAll(/(?:\bnpx |^|`)countersign ([^`#|]+)/g)) checkCommand(words, known, report);
    if (isCode) return;
    for (const [, target] of line.matchAll(/(?:\]\(|src(?:set)?=")([^)\s"]+)[)"]/g)) checkLink(file, target, report);
    for (const [, token] of line.matchAll(/`([^`]+)`/g)) checkToken(root, file, token, known, report);
  });
  return problems;
}

function checkCommand(text, known, report) {
  const words = text.trim().split(/\s+/);
  for (const option of words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0]))
    if (!known.options.has(option) && option !== '--help')
      report(`countersign ${text.trim()}: there is no option ${option}`);
  const isWord = (word = '') => /^[a-z][a-z-]*$/.test(word);
  const [first, second] = words;
  if (!isWord(first)) return;
  const named = known.commandGroups.has(first) && isWord(second) ? [first, second] : [first];
  for (const word of named)
    if (!known.commandWords.has(word)) report(`countersign ${text.trim()}: there is no command ${word}`);
}

function checkLink(file, target, report) {
  if (/^[a-z]+:/.test(target)) return;
  const [path, anchor] = target.split('#');
  const there = path === '' ? file : resolve(dirname(file), path);
  if (!existsSync(there)) return report(`the link to ${target} leads nowhere`);
  if (anchor && there.endsWith('.md') && !anchorsOf(there).has(anchor))
    report(`${path || 'this page'} has no heading #${anchor}`);
}

/** Anchors as GitHub makes them of headings. */
function anchorsOf(file) {
  const headings = readFileSync(file, 'utf8').matchAll(/^#{1,6} (.+)$/gm);
  return new Set(
    [...headings].map(([, heading]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );
}

function checkToken(root, file, token, known, report) {
  const route = /^(?:(?:GET|POST|PUT|DELETE) )?(\/(?:v1\/)?[a-z][\w/{}.-]*|\/)(?:\?.*)?$/.exec(token)?.[1];
  if (route !== undefined) {
    if (!known.routes.some((served) => isServed(route, served))) report(`${token}: the server has no such route`);
    return;
  }
  const setting = token.split('=')[0];
  if (settingName.test(setting)) {
    if (!known.settings.has(setting) && !known.otherSettings.includes(setting))
      report(`${setting}: nothing reads this setting`);
    return;
  }
  if (isPath(token, known) && !existsSync(join(root, token)) && !existsSync(join(dirname(file), token)))
    report(`${token}: there is no such file`);
}

/** A folder or file of ours, as opposed to a media type, a placeholder or a file that is made while running. */
function isPath(token, { folders }) {
  if (!/^\.?[\w@-][\w.@-]*(\/[\w.@-]+)*\/?$/.test(token) || /^\.[^/]*$/.test(token)) return false;
  const first = token.split('/')[0];
  if (ignoredFolders.has(first) || settingName.test(first) || /N{1,4}[-.]/.test(token)) return false;
  return token.includes('/')
    ? folders.has(first) || fileEndings.test(token) || token.endsWith('/')
    : fileEndings.test(token);
}

/** Whether a route, or the beginning of one, is served: `{id}`, `:id` and `:verb{a|b}` stand for any part. */
function isServed(route, served) {
  const partsOf = (path) => path.split('/').filter(Boolean);
  const parts = partsOf(served);
  return partsOf(route).every(
    (part, index) => parts[index] !== undefined && (/^[{:]/.test(parts[index]) || parts[index] === part),
  );
}

/** The table of settings holds those of config.ts, all of them and no other. */
function checkSettingsTable(root, { settings }) {
  const file = 'docs/operations.md';
  if (!existsSync(join(root, file))) return [{ file, line: 1, message: 'is missing: it holds the table of settings' }];
  const [, section = ''] = readFileSync(join(root, file), 'utf8').split(/^## Settings$/m);
  const [table = ''] = section.split(/^## /m);
  const named = new Set([...table.matchAll(/^\| `([A-Z][A-Z0-9_]*)`/gm)].map(([, name]) => name));
  const problem = (message) => ({ file, line: 1, message });
  return [
    ...[...settings].filter((name) => !named.has(name)).map((name) => problem(`the table of settings lacks ${name}`)),
    ...[...named]
      .filter((name) => !settings.has(name))
      .map((name) => problem(`the table of settings names ${name}, which config.ts does not read`)),
  ];
}

/** Each dependency stands in the `Packages:` line of a decision, and each package named there is a dependency; numbers run without gaps. */
function checkDecisions(root, { dependencies }) {
  const folder = join(root, 'docs/decisions');
  if (!existsSync(folder))
    return [{ file: 'docs/decisions', line: 1, message: 'is missing: it names each dependency' }];
  const files = readdirSync(folder)
    .filter((name) => /^\d{4}-[a-z0-9-]+\.md$/.test(name))
    .sort();
  const named = new Map();
  for (const name of files) {
    const [packages = ''] = readFileSync(join(folder, name), 'utf8').match(/^Packages: (.+\n?)+/m) ?? [];
    for (const [, dependency] of packages.matchAll(/`([^`]+)`/g)) named.set(dependency, name);
  }
  const problem = (file, message) => ({ file, line: 1, message });
  return [
    ...dependencies
      .filter((name) => !named.has(name))
      .map((name) => problem('docs/decisions', `no decision names the dependency ${name}`)),
    ...[...named]
      .filter(([name]) => !dependencies.includes(name))
      .map(([name, file]) => problem(`docs/decisions/${file}`, `${name} is no dependency`)),
    ...files
      .filter((name, index) => Number(name.slice(0, 4)) !== index + 1)
      .map((name) => problem(`docs/decisions/${name}`, 'its number is not the next one')),
  ];
}

/** The table of what is journaled holds the types of domain/journal.ts, all of them and no other. */
function checkEntryTypes(root) {
  const source = join(root, 'domain/journal.ts');
  if (!existsSync(source)) return [];
  const file = 'docs/auditing.md';
  const problem = (message) => ({ file, line: 1, message });
  const [, list = ''] = /entryTypes = \[([^\]]*)\]/.exec(readFileSync(source, 'utf8')) ?? [];
  const types = new Set([...list.matchAll(/'([a-z_.]+)'/g)].map(([, type]) => type));
  if (types.size === 0) return [problem('domain/journal.ts has no list entryTypes to hold it against')];
  const [, table = ''] = existsSync(join(root, file))
    ? (/^\| type .*\n((?:\|.*\n)*)/m.exec(readFileSync(join(root, file), 'utf8')) ?? [])
    : [];
  const named = new Set(
    table.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, type]) => type)),
  );
  return [
    ...[...types].filter((type) => !named.has(type)).map((type) => problem(`the table of entry types lacks ${type}`)),
    ...[...named]
      .filter((type) => !types.has(type))
      .map((type) => problem(`the table of entry types names ${type}, which domain/journal.ts does not`)),
  ];
}

function listFiles(folder, wanted) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !ignoredFolders.has(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return listFiles(path, wanted);
      return wanted(entry.name) && statSync(path).isFile() ? [path] : [];
    })
    .sort((a, b) => (a < b ? -1 : 1));
}

if (process.argv[1] && fileURLToPath(import.meta.url) === resolve(process.argv[1])) {
  const root = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..'));
  const problems = findProblems(root);
  for (const { file, line, message } of problems) console.error(`${file}:${line}: ${message}`);
  console.log(
    problems.length === 0 ? 'The documents name nothing that is gone' : `${problems.length} problems in documents`,
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
}
