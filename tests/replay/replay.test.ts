import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, Runtime, Worker, bundleWorkflowCode } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureWorkflowBundle } from '../../scripts/workflow-bundle.ts';
import { workflowTypes } from '../../workflows/contract.ts';

const root = join(import.meta.dirname, 'histories');
const files = globSync('*/*.json', { cwd: root }).sort();
const readHistory = (file: string) => historyFromJSON(JSON.parse(readFileSync(join(root, file), 'utf8')));
const typeOf = (file: string) =>
  readHistory(file).events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name;

beforeAll(() => {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { forward: {}, filter: 'OFF' } },
  });
});

describe('a process that was started under earlier code', () => {
  let codePath: string;
  beforeAll(async () => {
    codePath = await ensureWorkflowBundle();
  });

  it('is among the recorded ones in every way it can go', () => {
    expect(files).toHaveLength(36 + 53);
    expect(new Set(files.map(typeOf))).toEqual(new Set(Object.values(workflowTypes)));
  });

  it.each(files)('goes on under the present code: %s', async (file) => {
    await expect(
      Worker.runReplayHistory({ workflowBundle: { codePath } }, readHistory(file), basename(file, '.json')),
    ).resolves.toBeUndefined();
  });
});

describe('workflow code that was changed under a running process', () => {
  it('is refused', async () => {
    const { code } = await bundleWorkflowCode({
      workflowsPath: join(import.meta.dirname, 'changed-workflows.ts'),
      logger: new DefaultLogger('ERROR'),
    });
    const approved = files.find((file) => basename(file) === 'approved.approval.json')!;
    await expect(Worker.runReplayHistory({ workflowBundle: { code } }, readHistory(approved))).rejects.toBeInstanceOf(
      DeterminismViolationError,
    );
  });
});
