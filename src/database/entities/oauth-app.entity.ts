import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Our OAuth client at an instance: registered once per instance, redirect URI and scopes. */
@Entity('vedfolnir_oauth_apps')
export class OAuthApp {
  /** Hash of the instance, the redirect URI and the scopes. */
  @PrimaryColumn({ name: 'app_key', type: 'varchar', length: 64 })
  appKey!: string;

  @Column({ name: 'instance_url', type: 'varchar', length: 255 })
  instanceUrl!: string;

  @Column({ name: 'redirect_uri', type: 'varchar', length: 512 })
  redirectUri!: string;

  @Column({ name: 'client_id', type: 'varchar', length: 255 })
  clientId!: string;

  /** Encrypted by the token cipher. */
  @Column({ name: 'client_secret', type: 'text' })
  clientSecret!: string;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;
}
