type Close = () => Promise<unknown>;

const closing = new Set<Close>();

/** Closes something when the test file that runs now has ended. A process runs several files with the same modules. */
export function closeAfterFile(close: Close): void {
  closing.add(close);
}

/** For the set-up of a test file. */
export async function closeAll(): Promise<void> {
  const all = [...closing];
  closing.clear();
  await Promise.all(all.map((close) => close()));
}
