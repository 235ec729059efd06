import type { ChildProcess } from 'node:child_process';

/** The next message of a process that is wanted. Rejects with `failed` of one that has it, and when the process ends. */
export function heard<T>(child: ChildProcess, isWanted: (message: unknown) => boolean = () => true): Promise<T> {
  return new Promise((resolve, reject) => {
    const done = () => {
      child.off('message', listen);
      child.off('exit', ended);
    };
    const listen = (message: unknown) => {
      const isFailure = typeof message === 'object' && message !== null && 'failed' in message;
      if (!isFailure && !isWanted(message)) return;
      done();
      if (isFailure) reject(new Error(String(message.failed)));
      else resolve(message as T);
    };
    const ended = () => {
      done();
      reject(new Error('The process ended'));
    };
    child.on('message', listen);
    child.once('exit', ended);
  });
}
