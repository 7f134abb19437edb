// A function that shows how the sweeper does, by its metrics.
export async function handler() {
  return ['EffectsFailed', 'EffectsUnknown', 'EffectsRun', 'EffectsDone'].map((MetricName) => ({ MetricName, Namespace: 'Lifeguard' }))
}
