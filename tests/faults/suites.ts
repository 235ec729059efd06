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
import { stateMachine } from './state-machine.ts';
import type { Suite } from './suite.ts';
import { temporalDown } from './temporal-down.ts';
import { workerKill } from './worker-kill.ts';
import { zombieWorker } from './zombie-worker.ts';

export const suites: readonly Suite[] = [
  stateMachine,
  duplicateWebhooks,
  concurrentDecisions,
  racingDeadline,
  malformedBodies,
  signatures,
  separationOfDuties,
  bodies,
  mailServerFaults,
  mailLinks,
  mailFields,
  apiKill,
  postgresRestart,
  temporalDown,
  workerKill,
  zombieWorker,
];
