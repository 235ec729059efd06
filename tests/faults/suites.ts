import { apiKill } from './api-kill.ts';
import { bodies } from './bodies.ts';
import { concurrentDecisions } from './concurrent-decisions.ts';
import { duplicateWebhooks } from './duplicate-webhooks.ts';
import { mailFields } from './mail-fields.ts';
import { mailLinks } from './mail-links.ts';
import { mailServerFaults } from './mail-server-faults.ts';
import { malformedBodies } from './malformed-bodies.ts';
import { postgresRestart } from './postgres-restart.ts';
import { racingDeadline } from './racing-deadline.ts';
import { separationOfDuties } from './separation-of-duties.ts';
import { signatures } from './signatures.ts';
import { slackApiFaults } from './slack-api-faults.ts';
import { slackForgeries } from './slack-forgeries.ts';
import { slackRedelivery } from './slack-redelivery.ts';
import { slackSignatures } from './slack-signatures.ts';
import { stateMachine } from './state-machine.ts';
import type { Suite } from './suite.ts';
import { temporalDown } from './temporal-down.ts';
import { threeChannels } from './three-channels.ts';
import { workerKill } from './worker-kill.ts';
import { zombieWorker } from './zombie-worker.ts';

export const suites: readonly Suite[] = [
  stateMachine,
  duplicateWebhooks,
  concurrentDecisions,
  threeChannels,
  racingDeadline,
  malformedBodies,
  signatures,
  separationOfDuties,
  bodies,
  mailServerFaults,
  mailLinks,
  mailFields,
  slackApiFaults,
  slackRedelivery,
  slackSignatures,
  slackForgeries,
  apiKill,
  postgresRestart,
  temporalDown,
  workerKill,
  zombieWorker,
];
