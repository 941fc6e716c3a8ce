import type { Routes } from '@angular/router';

import { signedInGuard } from './auth/session.guard';

export const routes: Routes = [
  {
    path: 'signed-in',
    title: 'SecureChat',
    loadComponent: () => import('./pages/signed-in').then((m) => m.SignedIn),
  },
  {
    path: 'signed-out',
    title: 'Signed out · SecureChat',
    loadComponent: () => import('./pages/signed-out').then((m) => m.SignedOut),
  },
  {
    path: 'error',
    title: 'Error · SecureChat',
    loadComponent: () => import('./pages/error-page').then((m) => m.ErrorPage),
  },
  {
    path: '',
    canActivate: [signedInGuard],
    loadChildren: () => import('./shell/shell.routes').then((m) => m.routes),
  },
  {
    path: '**',
    title: 'Not found · SecureChat',
    loadComponent: () => import('./pages/not-found').then((m) => m.NotFound),
  },
];
