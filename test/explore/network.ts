import { answersTo, type How } from './answers.ts';
import type { Aim, Conditions, Pick } from './conditions.ts';
import type { Service } from './service.ts';
import type { ServiceRequest, ServiceResponse } from './service-log.ts';
import { callOf } from './service-wire.ts';
import type { VirtualTime } from './temporal/virtual-time.ts';
import { lives } from './temporal/virtual-time.ts';
import type { Network } from './world.ts';

interface Surroundings {
  time: VirtualTime;
  pick: Pick;
  conditions: Conditions;
  aim: Aim | undefined;
  service: Service;
  loseWorker: (worker: number) => void;
  /** The first run of the chain of a run: how the service's log names who has sent a request. */
  firstRunOf: (runID: string) => string;
  /** Called with what becomes of each request. */
  onRequest: (request: ServiceRequest & { activity: string }, how: How, lastsMs: number) => void;
}

/** What lies between the workers and the service: decides what becomes of each request, and how long that takes. */
export function createNetwork(surroundings: Surroundings): Network {
  const { time, pick, conditions, aim, service, loseWorker, firstRunOf, onRequest } = surroundings;
  const { badness, leanings } = conditions;
  const outages = conditions.outages.map((outage) => ({ ...outage }));

  return (request, signal) => {
    const call = callOf(request);
    const { worker } = lives.getStore()!;
    const nowMs = time.nowMs();
    const outage = outages.find(
      ({ calls, fromMs = Infinity, lastsMs }) => calls.includes(call) && fromMs <= nowMs && nowMs < fromMs + lastsMs,
    );
    for (const each of outages) if (each.after === call) each.fromMs ??= nowMs + 1;
    const hows = answersTo[call];
    const weights = hows.map((how, index) => {
      if (index === 0) return 10;
      return aim?.when === call && aim.what === how ? 5 : leanings[call] === how ? 12 : 0.7 * badness;
    });
    const how = outage?.how ?? hows[pick(weights)]!;
    const lastsMs = [40, 2_000, 12_000, 50_000][pick([12, 2, 0.5 * badness, 0.3 * badness])]!;
    onRequest(request, how, lastsMs);
    return new Promise<ServiceResponse | 'lost'>((resolve, reject) => {
      const stop = () => reject(signal.reason as Error);
      signal.addEventListener('abort', stop);
      time.after(lastsMs / 2, () => {
        if (how === 'workerLostBefore') return loseWorker(worker);
        const sent = { ...request, sender: firstRunOf(request.sender) };
        const answer = service.receive(sent, how === 'workerLostAfter' ? 'lostAfter' : how);
        if (how === 'workerLostAfter') return loseWorker(worker);
        time.after(lastsMs / 2, () => {
          signal.removeEventListener('abort', stop);
          resolve(answer);
        });
      });
    });
  };
}
