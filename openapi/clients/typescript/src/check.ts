// Checks of the smoke test: each says what it expected, and the first that fails ends the program.

/** Ends the test when a condition does not hold. */
export function ensure(condition: boolean, expectation: string, seen?: unknown): asserts condition {
  if (!condition) throw new Error(`expected ${expectation}${seen === undefined ? "" : `, got ${JSON.stringify(seen)}`}`);
}

/** The value, which must be there. */
export function present<T>(value: T | undefined | null, what: string, seen?: unknown): T {
  if (value === undefined || value === null) {
    throw new Error(`expected ${what}${seen === undefined ? "" : `, got ${JSON.stringify(seen)}`}`);
  }
  return value;
}

/** An environment variable that must be set. */
export function setting(name: string): string {
  return present(process.env[name], `the environment variable ${name}`);
}

/** Runs a named step and reports it. */
export async function step<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    const result = await run();
    console.log(`ok   ${name}`);
    return result;
  } catch (error) {
    console.error(`FAIL ${name}: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}
