import { parentPort, workerData } from 'node:worker_threads';
import { parseYAML } from './parse-yaml.ts';

// The thread of parse-yaml-in-thread.ts: parses one text and ends.
parentPort?.postMessage(parseYAML(String(workerData)));
