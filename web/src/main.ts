// The client's first line: make the model, draw it.
import { mount } from 'svelte';
import App from './App.svelte';
import { createApp } from './state/app';
import './styles/tokens.css';
import './styles/base.css';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
mount(App, { target, props: { app: createApp() } });
