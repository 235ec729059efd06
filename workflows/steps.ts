import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities, EvidenceActivities } from '../activities/index.ts';
import { EVIDENCE_TASK_QUEUE } from './contract.ts';

/** One transaction each. They wait out a database that is away, beyond the workflow task by a timer. */
export const steps = proxyLocalActivities<Activities>({
  startToCloseTimeout: '15 seconds',
  retry: { initialInterval: '100 milliseconds', backoffCoefficient: 2, maximumInterval: '10 seconds' },
});

/** In a process of its own; the heartbeat of a killed worker is missed within half a minute. */
export const evidence = proxyActivities<EvidenceActivities>({
  taskQueue: EVIDENCE_TASK_QUEUE,
  startToCloseTimeout: '20 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 3, maximumInterval: '1 minute', maximumAttempts: 5 },
});
