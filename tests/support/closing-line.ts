import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Ends the run with the names of what failed, and `N passed, N failed` as the very last line. What cannot be loaded or set up counts as a failure. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const of = (state: string) => tests.filter((test) => test.result().state === state);
    const failures = [
      ...of('failed').map((test) => `${nameOf(test)}\n    ${firstLine(test.result().errors?.[0]?.message)}`),
      ...modules
        .flatMap((module) => [...module.children.allSuites()])
        .flatMap((suite) =>
          suite
            .errors()
            .map(
              (error) => `${suite.module.relativeModuleId} > before ${suite.fullName}\n    ${firstLine(error.message)}`,
            ),
        ),
      ...modules.flatMap((module) =>
        module.errors().map((error) => `${module.relativeModuleId}\n    ${firstLine(error.message)}`),
      ),
      ...unhandledErrors.map((error) => `outside any test\n    ${firstLine(messageOf(error))}`),
    ];
    const passed = of('passed').length;
    const skipped = of('skipped').length + of('pending').length;
    const line = `${passed} passed, ${failures.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
    // On exit, so that no other reporter and no teardown prints after it.
    process.once('exit', () => {
      if (passed + failures.length === 0) process.exitCode = 1;
      console.log([...failures.map((failure) => `failed  ${failure}`), line].join('\n'));
    });
  }
}

const nameOf = (test: TestCase): string => `${test.module.relativeModuleId} > ${test.fullName}`;
const firstLine = (message = ''): string => message.split('\n')[0]!.slice(0, 500);
const messageOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
