export const projectRoot: string;
export const toolsFile: string;
export function cacheFolder(environment?: Record<string, string | undefined>): string;
export function readJson(path: string): unknown;
export function writeJson(path: string, value: unknown): void;
