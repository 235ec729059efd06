import {
  LineCounter,
  isMap,
  isNode,
  isPair,
  isScalar,
  parseDocument,
  type Document,
  type ErrorCode,
  type Node,
  type Pair,
} from 'yaml';
import type { z } from 'zod';
import { policySchema, type Policy } from '../domain/policy.ts';

/** A mistake in a policy file, where a person finds it. Lines and columns count from 1. */
export interface PolicyProblem {
  file: string;
  line: number;
  column: number;
  /** The field as `checks[3].threshold`; empty for the file as a whole. */
  path: string;
  message: string;
}

export type ParsedPolicy = { ok: true; policy: Policy } | { ok: false; problems: PolicyProblem[] };

/** `policies/high.yaml:12:5 checks[3].threshold: …`, as editors and terminals make it a link. */
export const formatPolicyProblem = ({ file, line, column, path, message }: PolicyProblem): string =>
  `${file}:${line}:${column} ${path === '' ? '' : `${path}: `}${message}`;

/** The policy that a YAML text holds, or every mistake in it with its place. `file` is only named in problems. */
export function parsePolicy(text: string, file: string): ParsedPolicy {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const problemAt = (offset: number, path: string, message: string): PolicyProblem => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col), path, message };
  };
  // Warnings too: an unknown tag is a mistake here. After the first syntax error the parser only guesses; doubled keys do not confuse it.
  const flaws = [...document.errors, ...document.warnings].filter(
    (flaw, index) => index === 0 || flaw.code === 'DUPLICATE_KEY',
  );
  if (flaws.length > 0)
    return {
      ok: false,
      problems: flaws.map((flaw) => problemAt(flaw.pos[0], '', yamlMessages[flaw.code] ?? flaw.message)),
    };
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return { ok: false, problems: [problemAt(0, '', error instanceof Error ? error.message : String(error))] };
  }
  if (value === null || value === undefined)
    return { ok: false, problems: [problemAt(0, '', 'The file holds no policy.')] };
  const parsed = policySchema.safeParse(value);
  if (parsed.success) return { ok: true, policy: parsed.data };
  const problems = parsed.error.issues.flatMap((issue) =>
    explain(issue, value).map(({ path, message }) => problemAt(locate(document, path), formatPath(path), message)),
  );
  return { ok: false, problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
}

const yamlMessages: Partial<Record<ErrorCode, string>> = {
  DUPLICATE_KEY: 'This field is given twice.',
  MULTIPLE_DOCS: 'The file holds more than one document; a policy is one.',
};

type Path = (string | number)[];

interface Explanation {
  path: Path;
  message: string;
}

/** One explanation a mistake: zod names all unknown keys of a mapping in one issue, and a missing key as a wrong type. */
function explain(issue: z.core.$ZodIssue, value: unknown): Explanation[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], message: 'There is no such field here.' }));
  }
  if (readPath(value, path) === undefined)
    return [{ path, message: `This field is missing. ${capitalise(issue.message)}` }];
  if (issue.code === 'invalid_value') {
    return [
      { path, message: `${JSON.stringify(readPath(value, path))} is none of ${issue.values.map(String).join(', ')}.` },
    ];
  }
  return [{ path, message: capitalise(issue.message) }];
}

function readPath(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[part] : undefined,
    value,
  );
}

/** Where a field stands; for a field that is missing, where the mapping that lacks it begins. */
function locate(document: Document, path: Path): number {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const part of path) {
    const pair = isMap(node) ? node.items.find((item) => isPair(item) && keyOf(item) === String(part)) : undefined;
    const next: unknown =
      pair === undefined ? (isMap(node) ? undefined : document.contents && readNode(node, part)) : pair.value;
    if (pair !== undefined && isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
    if (!isNode(next)) break;
    node = next;
    if (pair === undefined) offset = node.range?.[0] ?? offset;
  }
  return offset;
}

const keyOf = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value) : '');

function readNode(node: Node | null, part: string | number): unknown {
  return node !== null && 'get' in node && typeof node.get === 'function' ? node.get(part, true) : undefined;
}

const formatPath = (path: Path): string =>
  path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');

const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
