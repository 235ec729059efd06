/**
 * Builds what the pages load into dist/assets: one style sheet, the scripts, icons and fonts, each named by its content,
 * and manifest.json, which says what is called how. Built again only when something that goes in has changed.
 *
 *   node scripts/build-assets.mjs
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Resvg } from '@resvg/resvg-js';
import { basename, dirname, extname, join, resolve } from 'node:path';

const root = resolve(dirname(new URL(import.meta.url).pathname), '..');
const web = join(root, 'web');
const target = join(root, 'dist/assets');
const require = createRequire(join(root, 'package.json'));
const packages = [
  'tailwindcss',
  'basecoat-css',
  '@resvg/resvg-js',
  '@fontsource-variable/inter',
  '@fontsource-variable/jetbrains-mono',
];
const fontSets = /(inter-(latin|latin-ext|greek|cyrillic)|jetbrains-mono-(latin|latin-ext))-wght-normal$/;

const digest = (content) => createHash('sha256').update(content).digest('hex').slice(0, 12);
const packageFolder = (name) => join(root, 'node_modules', name);

function inputDigest() {
  const files = readdirSync(web, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(tsx|ts|css|js|svg)$/.test(entry.name) && !/\.test\./.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256').update(readFileSync(new URL(import.meta.url)));
  for (const file of files) hash.update(`${file.slice(root.length)}\0`).update(readFileSync(file));
  for (const name of packages) hash.update(readFileSync(join(packageFolder(name), 'package.json')));
  return hash.digest('hex');
}

/** The faces that we serve, of each script one file: browsers fetch only those that a page needs. */
function fontFaces() {
  const faces = [];
  for (const name of packages.filter((name) => name.startsWith('@fontsource'))) {
    const sheet = readFileSync(join(packageFolder(name), 'index.css'), 'utf8');
    for (const [, title, face] of sheet.matchAll(/\/\* (\S+) \*\/\s*(@font-face \{[^}]+\})/g)) {
      if (fontSets.test(title)) faces.push({ face, file: join(packageFolder(name), 'files', `${title}.woff2`) });
    }
  }
  if (faces.length !== 6) throw new Error(`Of the six font files ${faces.length} were found.`);
  return faces;
}

const draw = (svg, width) => new Resvg(svg, { fitTo: { mode: 'width', value: width } }).render().asPng();

function build(inputs) {
  const partial = `${target}.${process.pid}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const manifest = { inputs, files: {} };
  const emit = (file, content) => {
    const extension = extname(file);
    const name = `${basename(file, extension)}-${digest(content)}${extension}`;
    writeFileSync(join(partial, name), content);
    manifest.files[file] = name;
    return name;
  };

  const faces = fontFaces().map(({ face, file }) => {
    const name = emit(basename(file), readFileSync(file));
    return face.replace(/url\([^)]+\)/, `url(${name})`);
  });
  const styles = join(partial, 'tailwind.css');
  const cli = require.resolve('@tailwindcss/cli/package.json').replace('package.json', 'dist/index.mjs');
  const run = spawnSync(
    process.execPath,
    [cli, '--input', join(web, 'assets/app.css'), '--output', styles, '--minify'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  if (run.status !== 0) throw new Error(`Tailwind could not build the style sheet:\n${run.stderr || run.stdout}`);
  emit('app.css', `${faces.join('\n')}\n${readFileSync(styles, 'utf8')}`);
  rmSync(styles);
  for (const script of ['app.js', 'live.js', 'service-worker.js'])
    emit(script, readFileSync(join(web, 'assets', script)));
  const icon = readFileSync(join(web, 'assets/icon.svg'), 'utf8');
  emit('icon.svg', icon);
  emit('icon-192.png', draw(icon, 192));
  emit('icon-512.png', draw(icon, 512));
  // Systems cut their own shape out of it: the drawing in the middle, its ground to every edge.
  emit('icon-maskable.png', draw(icon.replace('0 0 32 32', '-6 -6 44 44').replace(/<rect[^>]*>/, '<rect x="-6" y="-6" width="44" height="44" fill="#171717" />'), 512)); // prettier-ignore
  writeFileSync(join(partial, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);

  rmSync(target, { recursive: true, force: true });
  renameSync(partial, target);
}

const inputs = inputDigest();
const manifestFile = join(target, 'manifest.json');
if (!existsSync(manifestFile) || JSON.parse(readFileSync(manifestFile, 'utf8')).inputs !== inputs) {
  build(inputs);
}
