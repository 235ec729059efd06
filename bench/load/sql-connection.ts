import pg from 'pg';

/** One connection straight to PostgreSQL: what the bare database allows. */
export class SqlConnection {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async open(url: string): Promise<SqlConnection> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return new SqlConnection(client);
  }

  /** Answers 200 once the rows are here. */
  async send(query: pg.QueryConfig): Promise<number> {
    await this.#client.query(query);
    return 200;
  }

  readonly lastBody = '';

  close(): void {
    void this.#client.end();
  }
}
