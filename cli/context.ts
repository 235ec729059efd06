import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { readCliConfig, type CliConfig } from '../config.ts';
import { Failure } from './failure.ts';
import { createOutput, type Output } from './output.ts';

const demoFileSchema = z.object({
  url: z.string(),
  webhook: z.object({ secret: z.string() }),
  people: z.array(z.object({ handle: z.string(), token: z.string() })),
});

export interface Context {
  config: CliConfig;
  output: Output;
}

/** Settings, and with `--as` those of a person of the demonstration, whose token lies in demo.json. */
export function contextOf(command: Command): Context {
  const { json, as: handle } = command.optsWithGlobals<{ json?: boolean; as?: string }>();
  const config = readCliConfig();
  return { config: handle === undefined ? config : actAs(config, handle), output: createOutput(json === true) };
}

function actAs(config: CliConfig, handle: string): CliConfig {
  const path = join(config.home, 'demo.json');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new Failure(
      `--as needs ${path}, which a running demonstration writes. Set COUNTERSIGN_HOME when it lies elsewhere.`,
    );
  }
  const demo = demoFileSchema.parse(JSON.parse(text));
  const person = demo.people.find((known) => known.handle === handle);
  if (!person)
    throw new Failure(
      `${handle} is nobody of the demonstration. There are ${demo.people.map((known) => known.handle).join(', ')}.`,
    );
  return {
    ...config,
    url: config.isUrlGiven ? config.url : demo.url,
    token: person.token,
    webhookSecret: config.webhookSecret ?? demo.webhook.secret,
  };
}
