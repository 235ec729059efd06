import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { Option, type Command } from 'commander';
import { verificationSchema, type Verification } from '../../api/schemas/views.ts';
import { ask, send } from '../api-client.ts';
import { contextOf, type Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { verifyExport } from '../verify-export.ts';

interface VerifyOptions {
  stream?: string;
  file?: string;
  checkpoint?: string;
  key?: string;
}

export function addJournal(program: Command): void {
  const journal = program.command('journal').description('Prove the journal, or take it elsewhere and prove it there.');

  journal
    .command('verify')
    .summary('check every entry against its bytes and its chain')
    .description(
      'Asks the server, or with --file checks an export on this machine, trusting nobody. Exit 1 and the first broken entry when it does not hold.',
    )
    .option('--stream <stream>', "only this stream: a model version's id, or policy/<id>")
    .option('--file <export>', 'an export of "journal export"; - reads standard input')
    .option(
      '--checkpoint <notes>',
      'with --file: signed checkpoints kept elsewhere; shows a cut end and a chain written anew',
    )
    .option('--key <key>', 'with --checkpoint: the verifier key of the journal, name+id+key')
    .addHelpText(
      'after',
      '\nExamples:\n  $ countersign journal verify\n  $ countersign journal export -o journal.ndjson && countersign journal verify --file journal.ndjson',
    )
    .action(async ({ stream, ...offline }: VerifyOptions, command: Command) => {
      const { file, checkpoint, key } = offline;
      if (stream !== undefined && file !== undefined)
        command.error('error: --stream and --file cannot be used together', { exitCode: 2 });
      if ((checkpoint === undefined) !== (key === undefined) || (checkpoint !== undefined && file === undefined))
        command.error('error: --file, --checkpoint and --key go together', { exitCode: 2 });
      const context = contextOf(command);
      const verification =
        file === undefined ? await verifyOnServer(context, stream) : await verifyFile(context, file, offline);
      context.output.answer(verification, () => verdictWords(verification));
      if (!verification.ok) process.exitCode = 1;
    });

  journal
    .command('export')
    .summary('write entries as they were hashed, one JSON line each')
    .option('--stream <stream>', 'only this stream')
    .option('-o, --output <file>', 'write there instead of standard output')
    .addHelpText('after', '\nExample:\n  $ countersign journal export --stream mver_4k2… -o version.ndjson')
    .action(async ({ stream, output: file }: { stream?: string; output?: string }, command: Command) => {
      const context = contextOf(command);
      await keep(context, await send(context.config, `/v1/journal/export${queryOf({ stream })}`), file);
    });

  journal
    .command('approvals')
    .summary('who approved which version, on what evidence, when')
    .description('Approvals as the journal has them, each with the entry that proves it; the last year unless told.')
    .option('--from <instant>', 'RFC 3339, or a day')
    .option('--to <instant>', 'not included; now unless told')
    .addOption(
      new Option('--format <format>', 'for a spreadsheet, or for a program').choices(['csv', 'json']).default('csv'),
    )
    .option('-o, --output <file>', 'write there instead of standard output')
    .addHelpText(
      'after',
      '\nExample:\n  $ countersign journal approvals --from 2026-01-01 --to 2026-07-01 -o approvals.csv',
    )
    .action(async ({ output: file, ...query }: ApprovalsOptions, command: Command) => {
      const context = contextOf(command);
      const span = { from: instantOf(query.from), to: instantOf(query.to), format: query.format };
      await keep(context, await send(context.config, `/v1/approvals/export${queryOf(span)}`), file);
    });
}

interface ApprovalsOptions {
  from?: string;
  to?: string;
  format: string;
  output?: string;
}

/** A day begins at midnight, UTC. */
const instantOf = (text: string | undefined) =>
  text !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text;

/** Writes what the server sends to a file, or to standard output. */
async function keep({ output }: Context, response: Response, file: string | undefined): Promise<void> {
  if (response.body === null) throw new Failure('The server answered nothing.');
  let bytes = 0;
  async function* counted(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      output.progress(`${(bytes / 1_048_576).toFixed(1)} MiB`);
      yield chunk;
    }
  }
  const source = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
  if (file === undefined) return pipeline(source, counted, process.stdout, { end: false });
  await pipeline(source, counted, createWriteStream(file));
  output.answer({ file, bytes }, () => `Wrote ${file}, ${bytes} bytes.`);
}

async function verifyOnServer({ config, output }: Context, stream: string | undefined): Promise<Verification> {
  output.progress('The server reads every entry …');
  return ask(config, verificationSchema, `/v1/journal/verify${queryOf({ stream })}`);
}

const verifyFile = ({ output }: Context, file: string, { checkpoint, key }: VerifyOptions) =>
  verifyExport(file, {
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(key === undefined ? {} : { key }),
    onProgress: (entries) => output.progress(`${entries} entries hold`),
  });

function queryOf(named: Record<string, string | undefined>): string {
  const given = Object.entries(named).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

function verdictWords({ ok, streams, entries, broken, checkpoints = [] }: Verification): string {
  const unheld = checkpoints.flatMap(({ size, problem }) =>
    problem === null ? [] : [`BROKEN at the checkpoint over ${size} entries: ${problem}`],
  );
  const signed =
    checkpoints.length === 0 ? '' : ` ${checkpoints.length - unheld.length} of ${checkpoints.length} checkpoints hold.`;
  if (ok) return `The journal holds: ${entries} entries in ${streams} streams.${signed}`;
  const chain =
    broken === null
      ? []
      : [
          `BROKEN at entry ${broken.position} of ${broken.stream}: ${broken.problem}. ${entries} entries before it hold.`,
        ];
  return [...chain, ...unheld].join('\n');
}
