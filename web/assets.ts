import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

export type AssetFile =
  | 'app.css' | 'app.js' | 'live.js' | 'service-worker.js' | 'icon.svg' | 'icon-192.png' | 'icon-512.png' | 'icon-maskable.png' | 'inter-latin-wght-normal.woff2'; // prettier-ignore

/** What `scripts/build-assets.mjs` made, held in memory: under 300 KB. */
export interface Assets {
  /** The path of an asset, named by its content, so that it may be kept for ever. */
  href: (file: AssetFile) => string;
  read: (name: string) => { body: Uint8Array<ArrayBuffer>; mediaType: string } | undefined;
}

const mediaTypes: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Reads the built assets. Throws, naming the command to run, when they have not been built. */
export function loadAssets(folder: string): Assets {
  let files: Record<string, string>;
  try {
    files = (JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { files: Record<string, string> })
      .files;
  } catch (cause) {
    throw new Error(`The pages' style sheet is missing in ${folder}. Run: node scripts/build-assets.mjs`, { cause });
  }
  const contents = new Map(
    readdirSync(folder)
      .filter((name) => name !== 'manifest.json')
      .map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))] as const),
  );
  return {
    href: (file) => `/assets/${files[file]}`,
    read: (name) => {
      const body = contents.get(name);
      return body && { body, mediaType: mediaTypes[extname(name)] ?? 'application/octet-stream' };
    },
  };
}
