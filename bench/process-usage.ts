import { readFile } from 'node:fs/promises';
import pidusage from 'pidusage';

/** What a process has used while it was followed. */
export interface ProcessUsage {
  /** User and system time together. */
  cpuSeconds: number;
  /** Resident memory at the start. */
  memoryAtRestBytes: number;
  /** Highest resident memory: on Linux by the kernel's own mark since the process began, elsewhere of one sample a second. */
  peakMemoryBytes: number;
}

/** Follows a process until `end`, which must be called while it still runs. */
export async function followUsage(processID: number): Promise<{ end: () => Promise<ProcessUsage> }> {
  const atRest = await pidusage(processID);
  let peakMemoryBytes = atRest.memory;
  const sampling = setInterval(() => {
    // Where it dies in between, `end` says so.
    pidusage(processID).then(notePeak, () => undefined);
  }, 1_000).unref();

  function notePeak({ memory }: { memory: number }): void {
    peakMemoryBytes = Math.max(peakMemoryBytes, memory);
  }

  return {
    async end() {
      clearInterval(sampling);
      const atEnd = await pidusage(processID);
      notePeak(atEnd);
      notePeak({ memory: (await highWaterMarkBytes(processID)) ?? 0 });
      return {
        cpuSeconds: (atEnd.ctime - atRest.ctime) / 1000,
        memoryAtRestBytes: atRest.memory,
        peakMemoryBytes,
      };
    },
  };
}

/** `undefined` where there is no `/proc`. */
async function highWaterMarkBytes(processID: number): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined;
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${processID}/status`, 'utf8'))?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}
