// Reads the metrics of the sweeper. doctor must not treat it as the sweeper.
export async function handler() {
  return ['EffectsFailed', 'EffectsUnknown', 'EffectsRun', 'EffectsDone'].map((MetricName) => ({ MetricName, Namespace: 'Lifeguard' }))
}
