import { signatureOf } from '../../integrations/generic/verify-signature.ts';
import { renderRequest } from '../load/http-connection.ts';

export interface WebhookOptions {
  connections: number;
  /** In all. */
  count: number;
  secret: string;
  /** Part of every id, so that no two rounds send the same. */
  round: string;
}

const MODELS = 200;
const digest = `sha256:${'a'.repeat(64)}`;

/** Distinct submissions as a pipeline would send them, signed now. */
export function prepare({ connections, count, secret, round }: WebhookOptions): Buffer[][] {
  const timestamp = String(Math.floor(Date.now() / 1000));
  return Array.from({ length: connections }, (_, connection) =>
    Array.from({ length: Math.ceil(count / connections) }, (_, index) => {
      const number = index * connections + connection;
      const id = `${round}-${number}`;
      const body = JSON.stringify(submission(`model-${number % MODELS}`, id));
      return renderRequest(
        'POST',
        '/v1/hooks/generic',
        {
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          'webhook-signature': `v1,${signatureOf(secret, id, timestamp, body)}`,
        },
        body,
      );
    }),
  );
}

function submission(model: string, version: string) {
  const file = (name: string) => ({ uri: `file:///models/${model}/${name}`, digest });
  return {
    type: 'model_version.submitted',
    timestamp: '2026-11-21T10:00:00Z',
    data: {
      model,
      version,
      riskTier: 'low',
      description: 'Logistic regression on 2,380 applications',
      task: 'binary_classification',
      owner: 'data-scientist-1',
      author: 'data-scientist-1',
      contributors: ['data-scientist-2'],
      artifact: file('model.pkl'),
      lineage: {
        trainingData: file('training.parquet'),
        code: { repository: 'https://git.example/models', commit: '0123456789abcdef0123456789abcdef01234567' },
        environment: { digest },
        run: { id: version, url: `https://ci.example/runs/${version}` },
      },
      predictions: { training: file('training-scores.parquet'), validation: file('validation-scores.parquet') },
      columns: { id: 'application_id', label: 'label', score: 'score', protected: ['afam', 'single'] },
      metrics: { validation: { roc_auc: 0.8001558972153533, brier: 0.0812 } },
      documents: [{ kind: 'model_card', ...file('model-card.md') }],
    },
  };
}
