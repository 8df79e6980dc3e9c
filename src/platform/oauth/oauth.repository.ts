/** Queries on apps registered at instances and on pending sign-ins. */
import { Injectable } from '@nestjs/common';
import { type EntityManager, LessThan } from 'typeorm';
import { OAuthApp } from '../../database/entities/oauth-app.entity';
import { OAuthState } from '../../database/entities/oauth-state.entity';

@Injectable()
export class OAuthRepository {
  findApp(em: EntityManager, appKey: string): Promise<OAuthApp | null> {
    return em.findOne(OAuthApp, { where: { appKey } });
  }

  async insertApp(em: EntityManager, app: OAuthApp): Promise<void> {
    await em.insert(OAuthApp, app);
  }

  /** Deletes an app that the instance does not know (any more), unless a new one has replaced it. */
  async removeApp(em: EntityManager, { appKey, clientId }: OAuthApp): Promise<void> {
    await em.delete(OAuthApp, { appKey, clientId });
  }

  async insertState(em: EntityManager, state: Omit<OAuthState, 'user'>): Promise<void> {
    await em.insert(OAuthState, state);
  }

  /** Deletes and returns the state: of concurrent callers only one gets it. */
  async takeState(em: EntityManager, bound: Pick<OAuthState, 'stateHash' | 'userId' | 'sessionId'>) {
    const { stateHash, userId, sessionId } = bound;
    const where = { stateHash, userId, sessionId };
    const state = await em.findOne(OAuthState, { where });
    return state && (await em.delete(OAuthState, where)).affected === 1 ? state : null;
  }

  async pruneStates(em: EntityManager, now: Date): Promise<void> {
    await em.delete(OAuthState, { expiresAt: LessThan(now) });
  }
}
