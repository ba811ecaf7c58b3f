import { readFile } from 'node:fs/promises';
import pidusage from 'pidusage';

/** The CPU time and memory of a process during a measurement. */
export interface ProcessUsage {
  /** The sum of user and system time. */
  cpuSeconds: number;
  /** The resident memory at the start. */
  memoryAtRestBytes: number;
  /**
   * The highest resident memory. On Linux it is the kernel's high-water mark since the start of the process, elsewhere the
   * maximum of one sample per second.
   */
  peakMemoryBytes: number;
}

/** Measures a process until `end` is called, which must happen while the process still runs. */
export async function followUsage(processID: number): Promise<{ end: () => Promise<ProcessUsage> }> {
  const atRest = await pidusage(processID);
  let peakMemoryBytes = atRest.memory;
  const sampling = setInterval(() => {
    // If the process exits early, `end` reports it.
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

/** Reads the high-water mark; `undefined` on systems without `/proc`. */
async function highWaterMarkBytes(processID: number): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined;
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${processID}/status`, 'utf8'))?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}
