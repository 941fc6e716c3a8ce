// @ts-check
import ngrx from '@ngrx/eslint-plugin';
import angular from 'angular-eslint';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const features = [
    'auth',
    'chats',
    'friends',
    'hub',
    'messages',
    'pages',
    'people',
    'presence',
    'profile',
    'requests',
    'shell',
];
/** @param {string[]} folders @param {string} message */
const noImportsOf = (folders, message) => ({ group: folders.map((folder) => `../${folder}/*`), message });

export default defineConfig(
    globalIgnores(['dist', '.angular', 'node_modules', 'src/app/api/schema.ts']),
    {
        files: ['src/**/*.ts'],
        extends: [
            tseslint.configs.strictTypeChecked,
            tseslint.configs.stylisticTypeChecked,
            angular.configs.tsRecommended,
        ],
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
        processor: angular.processInlineTemplates,
        rules: {
            // Components and their like are classes by the framework's will.
            '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
            '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
            '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
            '@typescript-eslint/no-unused-vars': [
                'error',
                { varsIgnorePattern: '^_', argsIgnorePattern: '^_' },
            ],
            // What has been checked a line before is asserted rather than checked twice.
            '@typescript-eslint/no-non-null-assertion': 'off',
            // Reading a signal for its dependency alone is a statement with an effect.
            '@typescript-eslint/no-unused-expressions': 'off',
            'no-console': 'error',
            'no-restricted-imports': [
                'error',
                {
                    paths: [
                        { name: 'oidc-client-ts', message: 'Only auth/oidc.ts knows the OpenID library.' },
                        {
                            name: '@microsoft/signalr',
                            message: 'Only hub/hub-connection.ts knows the SignalR library.',
                        },
                    ],
                    patterns: [{ group: ['**/api/schema'], message: 'Take wire types from api/models.ts.' }],
                },
            ],
        },
    },
    {
        files: ['src/**/*.ts'],
        extends: [ngrx.configs.store, ngrx.configs.effectsTypeChecked, ngrx.configs.operators],
        rules: {
            '@ngrx/on-function-explicit-return-type': 'error',
            // Signals read the store here, and one effect may answer with one of several actions.
            '@ngrx/prefer-selector-in-select': 'error',
            '@ngrx/no-multiple-actions-in-effects': 'off',
            '@ngrx/prefer-effect-callback-in-block-statement': 'off',
        },
    },
    {
        files: ['src/app/auth/oidc.ts', 'src/app/hub/hub-connection.ts', 'src/app/api/*.ts'],
        rules: { 'no-restricted-imports': 'off' },
    },
    {
        files: ['src/app/core/**/*.ts'],
        rules: {
            'no-restricted-imports': [
                'error',
                { patterns: [noImportsOf([...features, 'shared-ui'], 'core knows no feature.')] },
            ],
        },
    },
    {
        files: ['src/app/shared-ui/**/*.ts'],
        rules: {
            'no-restricted-imports': [
                'error',
                { patterns: [noImportsOf(features, 'shared-ui knows no feature.')] },
            ],
        },
    },
    {
        files: ['src/**/*.spec.ts', 'src/testing/**/*.ts'],
        rules: {
            '@typescript-eslint/no-empty-function': 'off',
            '@typescript-eslint/no-unsafe-assignment': 'off',
        },
    },
    {
        files: ['src/**/*.html'],
        extends: [angular.configs.templateRecommended, angular.configs.templateAccessibility],
        rules: { '@angular-eslint/template/prefer-static-string-properties': 'error' },
    },
);
