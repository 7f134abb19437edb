// A function that shows how the sweeper does, by its metrics.
export async function handler() {
  return ['EffectsParked', 'EffectsUnknown', 'EffectsRun', 'EffectsDone'].map((MetricName) => ({ MetricName, Namespace: 'Lifeguard' }))
}
